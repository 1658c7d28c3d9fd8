"""A token of the API: what its holder may do with which sites. The token itself is kept nowhere."""

from msgspec import Struct

ALL_SITES_READONLY = "all-sites-readonly"


class ApiToken(Struct, frozen=True):
    """`scopes`: `all-sites-readonly`, `read:<site>`, `manage:<site>`. Times in milliseconds; a use is noted once an hour."""

    id: int
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None

    def may_manage(self, site_id: str) -> bool:
        """Whether it may change things of this site."""
        return f"manage:{site_id}" in self.scopes

    def may_read(self, site_id: str) -> bool:
        """Whether it may read what is of this site."""
        return ALL_SITES_READONLY in self.scopes or f"read:{site_id}" in self.scopes or self.may_manage(site_id)
