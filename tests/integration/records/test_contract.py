"""What `records` says about itself."""

from services.records.api import ROUTES
from tests.harness import It


async def test_describes_every_route(it: It) -> None:
    document = (await it.get("/openapi.json", role=None)).body
    assert set(document["paths"]) == {route.path for route in ROUTES}
    changes = document["components"]["schemas"]["ContactChanges"]["properties"]
    assert set(changes) == {"name", "email", "phone", "birth_date", "timezone", "language", "consents"}
    assert document["components"]["schemas"]["Consents"]["properties"]["sms"]["type"] == "boolean"
