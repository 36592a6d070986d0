"""HTTP for every service: routes with roles, problems, tokens, OpenAPI."""
