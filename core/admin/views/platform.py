"""Pages of the operators' console."""

from __future__ import annotations

from typing import Any

from flask import request

from core.admin.platform import services, units
from core.admin.platform.schemas import AdminSchema, PluginsSchema, ProfileSchema, TreeSchema, UnitSchema
from core.base.i18n import _, _l
from core.tenancy.profiles import load_profile
from core.web import Pages, ctx, done, go, render
from core.web.addresses import public_address
from core.web.forms import SchemaForm

console = Pages("console", __name__, audience="platform", prefix="")
STEPS = (_l("单位资料"), _l("开通方案"), _l("第一位管理员"), _l("应用"), _l("确认开通"), _l("组织架构"), _l("交接清单"))


@console.get("/", needs="tenancy.tenant.read")
def index() -> Any:
    return render("platform/index.html", tenants=services.list_tenants(ctx()), drafts=services.list_onboardings(ctx()))


def _status() -> int:
    return 422 if request.method == "POST" else 200


def _step(form: SchemaForm, at: int, row: Any, **more: Any) -> Any:
    return render("platform/step.html", _status(), form=form, at=at, steps=STEPS, row=row, **more)


@console.form("/onboarding/", needs="tenancy.tenant.create")
def begin() -> Any:
    form = SchemaForm(UnitSchema())
    if request.method == "POST" and form.submit(request.form) and form.attempt(services.save_unit, ctx(), None, unit=form.data):
        return go("console.profile", onboarding_id=form.result.id)
    return _step(form, 1, None)


@console.form("/onboarding/<int:onboarding_id>/unit", needs="tenancy.tenant.create")
def unit(onboarding_id: int) -> Any:
    row = services.get_onboarding(ctx(), onboarding_id)
    form = SchemaForm(UnitSchema(), values=row.unit)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.save_unit, ctx(), onboarding_id, unit=form.data):
        return go("console.profile", onboarding_id=onboarding_id)
    return _step(form, 1, row)


@console.form("/onboarding/<int:onboarding_id>/profile", needs="tenancy.tenant.create")
def profile(onboarding_id: int) -> Any:
    row = services.get_onboarding(ctx(), onboarding_id)
    form = SchemaForm(ProfileSchema(row.unit.get("kind", "")), values={"profile": row.profile or row.unit.get("kind")})
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.save_step, ctx(), onboarding_id, profile=form.data.get("profile")):
        return go("console.admin", onboarding_id=onboarding_id)
    return _step(form, 2, row)


@console.form("/onboarding/<int:onboarding_id>/admin", needs="tenancy.tenant.create")
def admin(onboarding_id: int) -> Any:
    row = services.get_onboarding(ctx(), onboarding_id)
    form = SchemaForm(AdminSchema(), values=row.admin)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.save_step, ctx(), onboarding_id, admin=form.data):
        return go("console.plugins", onboarding_id=onboarding_id)
    return _step(form, 3, row)


@console.form("/onboarding/<int:onboarding_id>/plugins", needs="tenancy.tenant.create")
def plugins(onboarding_id: int) -> Any:
    row = services.get_onboarding(ctx(), onboarding_id)
    chosen = row.plugins or (list(load_profile(row.profile).plugins) if row.profile else [])
    form = SchemaForm(PluginsSchema(), values={"plugins": chosen})
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.save_step, ctx(), onboarding_id, plugins=form.data["plugins"]):
        return go("console.confirm", onboarding_id=onboarding_id)
    return _step(form, 4, row)


@console.form("/onboarding/<int:onboarding_id>/confirm", needs="tenancy.tenant.create")
def confirm(onboarding_id: int) -> Any:
    """Step 5 opens the tenant; its answer shows the admin's link, which is never shown again."""
    row = services.get_onboarding(ctx(), onboarding_id)
    if request.method == "GET":
        return render("platform/confirm.html", row=row, steps=STEPS, plugins=ctx().plugins.by_name)
    made = services.open_tenant(ctx(), onboarding_id)
    link = public_address(f"/t/{made.tenant.slug}/accounts/link/{made.activation_token}")
    return render("platform/opened.html", row=row, steps=STEPS, made=made, link=link, plugins=ctx().plugins.by_name)


@console.form("/onboarding/<int:onboarding_id>/tree", needs="tenancy.tenant.create")
def tree(onboarding_id: int) -> Any:
    row = services.get_onboarding(ctx(), onboarding_id)
    form = SchemaForm(TreeSchema())
    if request.method == "POST" and form.submit(request.form, request.files) and form.attempt(
            units.lay_out, ctx(), row, lines=form.data.get("lines"), sheet=form.data.get("sheet")):
        done(_("已建立 %(n)s 个组织。", n=form.result))
        return go("console.handover", slug=row.slug)
    return _step(form, 6, row, files=True, skip=True)


@console.get("/tenants/<slug>/", needs="tenancy.tenant.read")
def handover(slug: str) -> Any:
    tenant = services.find_tenant(ctx(), slug)
    return render("platform/tenant.html", tenant=tenant, check=services.checklist(tenant.id), steps=STEPS)


@console.post("/tenants/<slug>/suspend", needs="tenancy.tenant.suspend")
def suspend(slug: str) -> Any:
    services.change_status(ctx(), slug, stop=True, reason=request.form.get("reason", ""))
    done(_("已停用。数据保留，恢复后原样可用。"))
    return go("console.handover", slug=slug)


@console.post("/tenants/<slug>/resume", needs="tenancy.tenant.suspend")
def resume(slug: str) -> Any:
    services.change_status(ctx(), slug, stop=False)
    done(_("已恢复使用。"))
    return go("console.handover", slug=slug)
