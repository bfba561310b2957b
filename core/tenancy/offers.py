"""Which plugins the operators offer to which tenants: to everybody, to profiles and named tenants (a staged rollout), to nobody.

A tenant's admin neither sees nor switches on what is not offered. What is on already stays on: an offer that is taken back
stops nobody's work. Once switched off or archived there it can be switched on again only while it is offered.
"""

from __future__ import annotations

from sqlalchemy import select

from core.base.i18n import _
from core.base.scope import system_scope
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.plugin import Plugins
from core.service import Context, service

from .models import EVERYBODY, NAMED, NOBODY, PLATFORM, PluginOffer, Tenant
from .profiles import profiles

OFFER = "tenancy.tenant.offer"
AUDIENCES = (EVERYBODY, NAMED, NOBODY)


def offered_to(offer: PluginOffer | None, slug: str, profile: str) -> bool:
    """Whether an offer (None: nobody decided yet) is made to a tenant."""
    if offer is None or offer.audience == EVERYBODY:
        return True
    return offer.audience == NAMED and (slug in offer.tenants or profile in offer.profiles)


def all_offers() -> dict[str, PluginOffer]:
    """What the operators decided, by plugin; from any scope."""
    with system_scope("tenancy: what is offered"):
        found = session().scalars(select(PluginOffer).where(PluginOffer.tenant_id == PLATFORM)).all()
        session().expunge_all()
        return {offer.plugin: offer for offer in found}


def withheld(ctx: Context) -> frozenset[str]:
    """The optional plugins that are not offered to the tenant of the context."""
    with system_scope("tenancy: to whom is it offered?"):
        profile = session().scalar(select(Tenant.profile).where(Tenant.id == ctx.tenant.id)) or ""
    return withheld_from(ctx.plugins, ctx.tenant.slug, profile)


def withheld_from(plugins: Plugins, slug: str, profile: str) -> frozenset[str]:
    """The same for a tenant whose row is not there yet."""
    offers = all_offers()
    return frozenset(name for name in plugins.optional if not offered_to(offers.get(name), slug, profile))


@service(OFFER, action="tenancy.plugin.offer")
def decide_offer(ctx: Context, name: str, *, audience: str, profiles: list[str] | None = None,
                 tenants: list[str] | None = None, note: str | None = None) -> PluginOffer:
    """Say to whom a plugin is offered. Raises NotFound, Invalid (nobody named, or nobody of that name)."""
    if name not in ctx.plugins.optional:
        raise NotFound(name)
    of_profiles, of_tenants = (sorted({*(each or ())}) if audience == NAMED else [] for each in (profiles, tenants))
    _check(audience, of_profiles, of_tenants)
    row = session().scalars(select(PluginOffer).where(PluginOffer.plugin == name)).one_or_none()
    if row is None:
        row = PluginOffer(plugin=name)
        session().add(row)
    before = row.audience or EVERYBODY
    row.audience, row.profiles, row.tenants, row.note = audience, of_profiles, of_tenants, (note or "").strip()[:200]
    row.by_name, row.changed_at = ctx.actor.label, ctx.now()
    ctx.audit("plugin", None, name, before=before, audience=audience, profiles=of_profiles, tenants=of_tenants)
    return row


def _check(audience: str, of_profiles: list[str], of_tenants: list[str]) -> None:
    errors: dict[str, list[str]] = {}
    if audience not in AUDIENCES:
        errors["audience"] = [_("请选择向谁开放。")]
    elif audience == NAMED and not (of_profiles or of_tenants):
        errors["tenants"] = [_("请至少选择一个开通方案或一个单位；都不开放请选“暂不开放”。")]
    if strange := sorted({*of_profiles} - {p.name for p in profiles()}):
        errors["profiles"] = [_("没有名为“%(name)s”的开通方案。", name="、".join(strange))]
    with system_scope("tenancy: who is named?"):
        known = set(session().scalars(select(Tenant.slug).where(Tenant.slug.in_(of_tenants), Tenant.id != PLATFORM)))
    if strange := sorted({*of_tenants} - known):
        errors["tenants"] = [_("没有简称为“%(name)s”的单位。", name="、".join(strange))]
    if errors:
        raise Invalid(errors)


@service(OFFER, writes=False)
def offer_of(ctx: Context, name: str) -> PluginOffer:
    """The offer of one plugin; the one that holds when nobody decided: to everybody. Raises NotFound."""
    if name not in ctx.plugins.optional:
        raise NotFound(name)
    row = session().scalars(select(PluginOffer).where(PluginOffer.plugin == name)).one_or_none()
    return row or PluginOffer(plugin=name, audience=EVERYBODY, profiles=[], tenants=[], note="")
