"""The app starts, serves, and keeps tenants apart at the door."""

from __future__ import annotations

from core.testing.world import World


def test_serves_health_and_start_page(world: World) -> None:
    visitor = world.app.test_client()
    assert visitor.get("/healthz").data == b"ok\n"
    assert visitor.get("/readyz").status_code == 200
    assert "单位简称" in visitor.get("/").get_data(as_text=True)


def test_every_route_declares_what_it_needs(world: World) -> None:
    undeclared = [rule.endpoint for rule in world.app.url_map.iter_rules() if rule.endpoint != "static"
                  and not getattr(world.app.view_functions[rule.endpoint], "needs", "")]
    assert undeclared == []


def test_visitor_is_sent_to_sign_in_and_unknown_unit_is_404(world: World) -> None:
    assert world.browser("east", None).get("/search/").status_code == 303
    assert world.app.test_client().get("/t/nobody/").status_code == 404


def test_cookie_of_one_tenant_opens_nothing_in_another(world: World) -> None:
    east = world.browser("east")
    assert east.get("/search/").status_code == 200
    cookie = east.client.get_cookie("juheli", path="/t/east")
    assert cookie is not None
    east.client.set_cookie("juheli", cookie.value, path="/t/west")
    assert east.client.get("/t/west/search/").status_code == 303
