"""A certificate with what stands on it."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.errors import NotFound
from core.people.me import own_person
from core.people.models import OrgUnit
from core.service import Context, service

from ..models import Certificate, ClassSession, Course

READ = "training.certificate.read"


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """A certificate, the session it is for, and who held it."""

    certificate: Certificate
    event: ClassSession
    course: Course
    host: OrgUnit


@service(READ, writes=False)
def certificate_page(ctx: Context, certificate_id: int) -> CertificatePage:
    """Raises NotFound outside the reader's subtrees."""
    return _page(ctx, ctx.get(Certificate, certificate_id))


@service(None, writes=False)
def certificate_for_reader(ctx: Context, certificate_id: int) -> CertificatePage:
    """For holders of the reading permission at its place, and for the person it was issued to. Raises NotFound."""
    with beyond_subtree("training: everybody may have his own certificate"):
        found = ctx.get(Certificate, certificate_id)
    own = own_person(ctx)
    if not (ctx.may(READ, found.org_path) or (own is not None and own.id == found.person_id)):
        raise NotFound("training_certificate")
    return _page(ctx, found)


def _page(ctx: Context, found: Certificate) -> CertificatePage:
    with beyond_subtree("training: what a certificate is for"):
        event = ctx.get(ClassSession, found.session_id)
        course = session().get(Course, (ctx.tenant.id, event.course_id))
        assert course is not None
        return CertificatePage(found, event, course, ctx.get(OrgUnit, event.org_id))
