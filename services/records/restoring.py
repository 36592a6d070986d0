"""After a restore: clients erased since the backup are erased again, and those registered since are named."""

import sys
from uuid import UUID

from services.records.domain import chart, client
from services.records.wrapping import WrappingKeyMissing, WrappingKeys
from shared.service import Amends, Service

REGISTERED = """
select client_id from public.event where type = 'ClientRegistered'
except select client_id from public.event where type = 'ClientErased'
order by client_id
"""
"""Those that the restored log takes for clients."""
LOST = """
select client_id from public.client_key
except select client_id from public.event where type = 'ClientRegistered'
order by client_id
"""
KEYS = "select client_id, wrapping_key_id from public.client_key"


async def amends(service: Service) -> Amends:
    """The newest copy of the keys knows who is a client today; the restored log knows who was at the backup."""
    lost = ", ".join(str(row["client_id"]) for row in await service.store.fetch(LOST))
    told = [f"Registered since the backup and lost; the others may hold visits of theirs: {lost}"] if lost else []
    if not (erased := await _erased_since(service)):
        return Amends(told=told)
    return Amends(
        commands=[
            *((client.stream(who), client.ConfirmErasure(client_id=who)) for who in erased),
            *((chart.stream(who), chart.EraseChart(client_id=who)) for who in erased),
        ],
        question=f"{len(erased)} clients have no key. With the newest copy of the keys that says: they were erased.",
        told=[f"{len(erased)} clients are erased once more, here and in all services.", *told],
    )


async def _erased_since(service: Service) -> list[UUID]:
    """Clients of the log whose key is gone, or wrapped by a key that was destroyed."""
    wrapping = WrappingKeys(service.config.wrapping_key)
    try:
        wrapping.load()
    except WrappingKeyMissing as error:
        sys.exit(str(error))
    able = {row["client_id"] for row in await service.store.fetch(KEYS) if row["wrapping_key_id"] in wrapping}
    rows = await service.store.fetch(REGISTERED)
    return [UUID(int=row["client_id"].int) for row in rows if row["client_id"] not in able]
