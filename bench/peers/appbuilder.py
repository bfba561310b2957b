"""Flask-AppBuilder: the list of members, 50 a page, signed in as admin. Arguments: address of an empty database, rows."""
from __future__ import annotations

import sys

from flask import Flask
from flask_appbuilder import SQLA, AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Column, Date, ForeignKey, Integer, String
from sqlalchemy.orm import relationship

from bench.peers.asked import HEADS, answer, rows

app = Flask("appbuilder")
app.config.update(SECRET_KEY="bench", SQLALCHEMY_DATABASE_URI=sys.argv[1], SQLALCHEMY_TRACK_MODIFICATIONS=False, AUTH_TYPE=1,
                  WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
db = SQLA(app)


class Branch(Model):
    id = Column(Integer, primary_key=True)
    name = Column(String(60))

    def __repr__(self) -> str:
        return self.name


class Member(Model):
    id = Column(Integer, primary_key=True)
    name = Column(String(60), index=True)
    gender = Column(String(6))
    birth_date, joined_on, confirmed_on = Column(Date), Column(Date), Column(Date)
    education = Column(String(40))
    kind = Column(String(12))
    phone = Column(String(20))
    note = Column(String(500))
    branch_id = Column(Integer, ForeignKey("branch.id"))
    branch = relationship("Branch")


class Members(ModelView):
    datamodel = SQLAInterface(Member)
    list_columns = [*HEADS, "branch"]
    base_order = ("name", "asc")
    page_size = 50


def main() -> None:
    with app.app_context():
        builder = AppBuilder(app, db.session)
        db.create_all()
        builder.add_view(Members, "Members")
        for number in range(200):
            db.session.add(Branch(id=1 + number, name=f"branch {number:03d}"))
        db.session.flush()
        db.session.bulk_insert_mappings(Member, [
            {**dict(zip(HEADS, row, strict=False)), "branch_id": 1 + row[-1]} for row in rows(int(sys.argv[2]))])
        db.session.commit()
        builder.sm.add_user("clerk", "a", "b", "clerk@example.org", builder.sm.find_role("Admin"), "secret")
    browser = app.test_client()
    browser.post("/login/", data={"username": "clerk", "password": "secret"})

    def page() -> int:
        got = browser.get("/members/list/?page_Members=2&psize_Members=50")
        text = got.get_data(as_text=True)
        assert got.status_code == 200 and text.count('class="action_check"') + text.count("/members/show/") >= 50, got.status_code
        return len(text)

    answer({"page": page})


if __name__ == "__main__":
    main()
