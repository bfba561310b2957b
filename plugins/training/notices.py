"""What training tells: the announcement on the notice board, and that a class is called off."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import NoticeTemplate

_TITLE = (_l("班次名称"), _l("急救技能培训"))

announced_title = NoticeTemplate(      # 40 characters and the place: a bulletin's title has 120, 80 of them are the class's name
    name="training.announced_title", title=_l("培训预告的标题"), text=_l("培训预告：{title}"), values={"title": _TITLE},
    most=40 + len("{title}"))
announced = NoticeTemplate(
    name="training.announced", title=_l("培训预告的正文（发布前还可以改）"), lines=True,
    text=_l("时间：{when}\n地点：{where}\n内容：{title}（{hours} 学时）\n对象：{who}\n报名截止：{until}"),
    values={"when": (_l("时间"), "2026-12-04 09:00-17:00"), "where": (_l("地点"), _l("县委党校")), "title": _TITLE,
            "hours": (_l("学时"), "6"), "who": (_l("参训对象"), _l("全体党员")), "until": (_l("报名截止日期"), "2026-12-01")})
called_off = NoticeTemplate(
    name="training.called_off", title=_l("班次取消，告诉已报名的人"), text=_l("您报名的“{title}”（{when}）已取消"),
    values={"title": _TITLE, "when": (_l("时间"), "2026-12-04 09:00-17:00")})
