"""The one door to Redis: cache, counters and the job bell. Everything works without it, slower.

Every key is built here, from the scope in force: `juheli:<installation>:t<tenant>:<kind>:…`; the few keys of no tenant are
listed in GLOBAL. Values are sealed with the tenant's key for the place they stand in, so a value moved to another tenant's
key, or written by another installation, does not open and counts as absent; and nothing personal lies in Redis readable.

Calls wait at most 0.2 s and never raise: after a failure Redis is left alone for five seconds (core.base.breaker). A full
Redis refuses writes and goes on answering reads.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from core.base.breaker import Breaker
from core.base.crypto import Unreadable, seal, unseal
from core.base.keyring import keyring
from core.base.refusals import NoTenant
from core.base.scope import current_scope
from core.base.traces import trace_text

if TYPE_CHECKING:
    import redis

log = logging.getLogger("juheli.cache")

T = TypeVar("T")
WAIT = 0.2
GLOBAL = ("bell",)
_PART = re.compile(r"[A-Za-z0-9_.|=-]{1,120}")


class Cache:
    """A connection to one Redis with its breaker; without an address it is always empty."""

    def __init__(self, url: str = "", *, wait: float = WAIT):
        self.url, self.breaker = url, Breaker()
        self._client: redis.Redis | None = None
        self._refuses: tuple[type[Exception], ...] = ()
        self._fails: tuple[type[Exception], ...] = (OSError,)
        if url:
            self._connect(url, wait)

    def _connect(self, url: str, wait: float) -> None:
        import redis  # late: start-up time (a quarter of a second), and only where there is a Redis
        from redis.backoff import NoBackoff  # late: start-up time
        from redis.retry import Retry  # late: start-up time

        self._client = redis.Redis.from_url(url, socket_timeout=wait, socket_connect_timeout=wait, retry=Retry(NoBackoff(), 0),
                                            max_connections=200, protocol=2, driver_info=None)
        self._refuses = (redis.exceptions.ResponseError,)
        self._fails = (redis.exceptions.RedisError, OSError)

    @property
    def state(self) -> str:
        """off | up | down, as last seen."""
        return "off" if self._client is None else "down" if self.breaker.is_open else "up"

    def call(self, act: Callable[[redis.Redis], T]) -> T | None:
        """What `act` answers; None when there is no Redis, it is resting, or it fails now."""
        if self._client is None or not self.breaker.may():
            return None
        try:
            answer = act(self._client)
        except self._refuses as error:  # it answers: full, or a key of another type
            log.debug("redis refuses: %s", error)
            return None
        except self._fails as error:
            if not self.breaker.is_open:
                log.warning("redis is left alone for %s s: %s", self.breaker.rest, trace_text(error).splitlines()[0])
            self.breaker.failed()
            return None
        self.breaker.worked()
        return answer

    def ping(self) -> bool:
        """Whether Redis answers now (also while it rests: for readiness)."""
        try:
            return bool(self._client and self._client.ping())
        except self._fails:
            return False

    def listen(self, key: str, seconds: int) -> bool | None:
        """Whether a ring came on this list within the time; None when Redis is away. For a connection of its own."""
        try:
            return bool(self._client and self._client.brpop([key], timeout=seconds))
        except self._fails:
            return None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


_cache = Cache()


def use_cache(cache: Cache) -> Cache:
    """Make this the process's cache (create_app does, once)."""
    global _cache
    before, _cache = _cache, cache
    before.close()
    return cache


def cache() -> Cache:
    return _cache


# -- keys
def _installation() -> str:
    return hashlib.sha256(keyring().derive("cache", 0)).hexdigest()[:8]


def tenant_key(kind: str, *parts: str | int) -> str:
    """The key of something of the tenant in scope. Raises NoTenant outside one (also in system scope), ValueError for a
    part that is no plain word: personal values are hashed by the caller (core.base.crypto.blind_index).
    """
    tenant_id = current_scope().tenant_id
    if tenant_id is None:
        raise NoTenant("system work has no cache")
    words = [kind, *map(str, parts)]
    if bad := [word for word in words if not _PART.fullmatch(word)]:
        raise ValueError(f"no part of a cache key: {len(bad[0])} characters")
    return ":".join(("juheli", _installation(), f"t{tenant_id}", *words))


def global_key(name: str) -> str:
    """A key of the installation itself; only those of GLOBAL."""
    if name not in GLOBAL:
        raise ValueError(f"{name!r} is not on the list of global keys")
    return f"juheli:{_installation()}:{name}"


# -- values
def get(kind: str, *parts: str | int) -> Any:
    """The value kept under the tenant's key, or None."""
    if _cache.state == "off":
        return None
    key, tenant_id = tenant_key(kind, *parts), current_scope().tenant_id
    sealed = _cache.call(lambda client: client.get(key))
    if not isinstance(sealed, bytes):
        return None
    try:
        return json.loads(unseal(sealed.decode("ascii", "replace"), tenant_id=tenant_id, table="cache", row_id=0, column=key))
    except (Unreadable, ValueError):
        log.warning("a cached value does not belong to its place: %s", kind)
        return None


def put(value: Any, seconds: int, kind: str, *parts: str | int) -> None:
    """Keep a JSON value under the tenant's key for so many seconds."""
    if _cache.state == "off":
        return
    key, tenant_id = tenant_key(kind, *parts), current_scope().tenant_id
    sealed = seal(json.dumps(value, ensure_ascii=False), tenant_id=tenant_id, table="cache", row_id=0, column=key)
    _cache.call(lambda client: client.set(key, sealed, ex=seconds))


def forget(kind: str, *parts: str | int) -> None:
    """Drop what is kept under the tenant's key."""
    if _cache.state != "off":
        key = tenant_key(kind, *parts)
        _cache.call(lambda client: client.delete(key))


def forget_tenant() -> int | None:
    """Drop every key of the tenant in scope; how many are left then, None when Redis cannot say (they end by themselves)."""
    if _cache.state == "off":
        return 0
    pattern = tenant_key("x")[:-1] + "*"

    def sweep(client: redis.Redis) -> int:
        for key in client.scan_iter(match=pattern, count=1000):
            client.unlink(key)
        return sum(1 for _key in client.scan_iter(match=pattern, count=1000))

    return _cache.call(sweep)


def count(seconds: int, kind: str, *parts: str | int) -> int | None:
    """Add one to the tenant's counter, which ends after so many seconds; None when Redis cannot say."""
    if _cache.state == "off":
        return None
    key = tenant_key(kind, *parts)

    def add(client: redis.Redis) -> int:
        line = client.pipeline(transaction=False)
        line.incr(key)
        line.expire(key, seconds)
        return int(line.execute()[0])

    return _cache.call(add)
