"""A tenant with a webhook to a real receiver on loopback, and a resolver that says what a test wants."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.events import LearningHoursEarned, OrgFounded
from core.jobs.queue import Later
from core.service import Context, service
from core.tenancy.lifecycle import disable_plugin
from core.testing.world import World
from core.webhooks import deliveries, sending, services
from core.webhooks.guard import Policy, policy, use_policy
from core.webhooks.models import Delivery, Webhook
from tests.core.webhooks.receiver import HOST, Receiver, authority, receiving

KIND = "people.org.founded"


@dataclass
class Names:
    """Answers of the resolver by name, in turn: the last one stays. `asked` counts."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        known = self.answers[host]
        return known.pop(0) if len(known) > 1 else known[0]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    authority(folder)
    return folder


@pytest.fixture
def receiver(certificates: Path) -> Iterator[Receiver]:
    with receiving(tls=certificates) as found:
        yield found


@pytest.fixture
def names() -> Names:
    return Names({HOST: [["127.0.0.2"]]})


@pytest.fixture
def network(receiver: Receiver, names: Names, certificates: Path) -> Policy:
    """As if an operator had allowed one inner address, one port and his own authority."""
    return Policy(networks=(ipaddress.ip_network("127.0.0.2/32"),), ports=frozenset({443, receiver.port}),
                  ca=str(certificates / "ca.pem"), resolve=names.resolve)


@service(None, action="test.found")
def tell(ctx: Context, *numbers: int) -> None:
    """Events of the kind the webhooks of these tests are for."""
    ctx.publish(*(OrgFounded(org_id=number, parent_id=0) for number in numbers))


@service(None, action="test.earn")
def earn(ctx: Context) -> None:
    """An event of the module liaison."""
    ctx.publish(LearningHoursEarned(person_id=1, on="2026-11-01", minutes=60, title="x", source="t", source_id=2))


@dataclass
class Desk:
    """East with one webhook; `secret` is what its receiver was handed."""

    world: World
    receiver: Receiver
    hook_id: int = 0
    secret: str = ""

    def make(self, slug: str = "east", **more: Any) -> tuple[int, str]:
        with self.world.inside(slug) as ctx:
            hook, secret = services.create_hook(ctx, **{"name": "sync", "url": self.receiver.url, "kinds": [KIND], **more})
            return hook.id, secret

    def tell(self, *numbers: int, slug: str = "east") -> None:
        with self.world.inside(slug) as ctx:
            tell(ctx, *numbers)

    def earn_and_switch_off(self) -> None:
        """An event of liaison for the webhook, and liaison switched off before it goes out."""
        with self.world.inside("east") as ctx:
            services.update_hook(ctx, self.hook_id, kinds=["liaison.hours.earned"])
            earn(ctx)
            disable_plugin(ctx, "liaison")
        self.world.run_jobs()

    def act(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a service for the webhook."""
        with self.world.inside("east") as ctx:
            return service(ctx, self.hook_id, *args, **kwargs)

    def rows(self, slug: str = "east") -> list[Delivery]:
        with self.world.inside(slug):
            return list(session().scalars(select(Delivery).order_by(Delivery.id)))

    def hook(self) -> Webhook:
        with self.world.inside("east"):
            return session().scalars(select(Webhook).where(Webhook.id == self.hook_id)).one()

    def attempt_again(self) -> None:
        """Send the first delivery once more."""
        self.act(deliveries.replay, self.rows()[0].id)
        self.world.run_jobs()

    def attempt(self, delivery_id: int) -> None:
        """One attempt, whatever the job's pause says."""
        with self.world.inside("east") as ctx, suppress(Later):
            sending.deliver(ctx, delivery_id)


@pytest.fixture
def desk(world: World, receiver: Receiver, network: Policy) -> Iterator[Desk]:
    before = policy()
    use_policy(network)
    made = Desk(world, receiver)
    made.hook_id, made.secret = made.make()
    yield made
    use_policy(before)
