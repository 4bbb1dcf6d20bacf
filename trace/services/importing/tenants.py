"""Whose row it is: the column of the cooperative, or the account's own."""

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.organisation import Organisation, OrgKind
from trace.services.admission import Act, Actor, Scope, own_org, scope_of
from trace.standards.check_digit import compact
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi


class Tenants:
    """Resolves what the column says to an organisation the actor may write for."""

    def __init__(self, session: Session, actor: Actor) -> None:
        question = select(Organisation).where(col(Organisation.kind) != OrgKind.OFFICE)
        self.own: Organisation | None = None
        if scope_of(actor, Act.IMPORT_REGISTRY) is not Scope.ALL or actor.org_id is not None:
            question = question.where(col(Organisation.id) == own_org(actor))
        found = session.execute(question.order_by(col(Organisation.id))).scalars().all()
        if actor.org_id is not None:
            self.own = found[0]
        self.homes = {org.id: org.commune_code for org in found}
        self.names = [org.name for org in found]
        self._by_name: dict[str, set[int]] = {}
        for org in found:
            for name in (org.search_key, org.public_id, org.tax_code or "", fold_vi(org.name)):
                self._by_name.setdefault(name, set()).add(org.id)

    @property
    def needs_column(self) -> bool:
        """Whether every row must say whose it is."""
        return self.own is None

    def org_id(self, said: str) -> int:
        """The organisation of a row; an empty cell means the account's own.

        Raises:
            Fault: ``imp.tenant`` (another's, or nobody's: the same answer), ``imp.org``, ``imp.required``.
        """
        if not said.strip():
            if self.own is None:
                raise Fault("imp.required")
            return self.own.id
        found = self._by_name.get(fold_vi(said)) or self._by_name.get(compact(said), set())
        if len(found) == 1:
            return next(iter(found))
        if self.own is not None:
            raise Fault("imp.tenant", value=said[:60], coop=self.own.name)
        raise Fault("imp.org", value=said[:60])
