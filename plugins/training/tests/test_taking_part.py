"""A community that left the module: its classes are in no list, and one that is asked for by its number is whole."""

from __future__ import annotations

from core.admin.taking_part import leave, set_optional
from plugins.training.queries.sessions import coming_up, session_page


def test_a_class_of_a_place_that_left_is_whole_on_its_page_and_in_no_list(county):
    gone = county.held(county.course(), {"李秀兰": "present", "赵大海": "present"})
    stays = county.announced(county.course("西关课", org="西关社区"), org="西关社区")

    def told():
        with county.acting("second") as ctx:
            page = session_page(ctx, gone)
            return len(page.lines), page.seated, {one.id for one in coming_up(ctx)}

    assert told()[:2] == (2, 2) and told()[2] >= {stays}
    other = county.announced(county.course("东关课"))
    assert other in told()[2]
    with county.acting("all") as ctx:
        set_optional(ctx, "training", optional=True)
    with county.acting("all") as ctx:
        leave(ctx, plugin="training", org_id=county.orgs["东关社区"], reason="党员都在外地")
    lines, seated, listed = told()
    assert (lines, seated) == (2, 2), "asked for by its number it is whole"
    assert stays in listed and other not in listed, "a list that looks beyond the reader's part leaves it out, too"
