"""Daily figures, for curves over months."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    PATH,
    Base,
    BigInteger,
    Date,
    Integer,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    keys,
    mapped_column,
)


class IndicatorValue(TenantScoped, Base):
    """What an indicator measured on a day for one place. `path` "" is the whole tenant; `base` is the denominator.

    Of days longer ago than some weeks only the last of each month is kept.
    """

    __tablename__ = "indicators_value"
    __table_args__ = keys(UniqueConstraint("tenant_id", "indicator", "path", "on"))

    indicator: Mapped[str] = mapped_column(String(60))
    # the version of the definition it was measured with: figures of different versions are never put into one curve
    definition: Mapped[int] = mapped_column(Integer)
    path: Mapped[str] = mapped_column(PATH)
    on: Mapped[dt.date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int | None] = mapped_column(BigInteger)
