"""The agreement as a file: kept in the tenant's store, read through the agreement, whose sides decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid, NotFound
from core.files import storage
from core.files.models import StoredFile
from core.files.services import keep_file
from core.service import Context, service

from ..models import PairAgreement

LARGEST = 10 * 1024 * 1024
# what a file of that kind begins with
BEGINNINGS = {"pdf": b"%PDF-", "png": b"\x89PNG", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "docx": b"PK\x03\x04",
              "doc": b"\xd0\xcf\x11\xe0"}


def attach(ctx: Context, agreement: PairAgreement, paper: Any) -> None:
    """Keep an uploaded file with an agreement. Raises Invalid for an empty, too large or mislabelled one."""
    data = paper.read(LARGEST + 1)
    name = Path(str(paper.filename).replace("\\", "/")).name[-160:]
    if not data or len(data) > LARGEST:
        raise Invalid({"paper": [_("文件是空的。") if not data else _("文件超过 %(n)s MB，请压缩后再上传。",
            n=LARGEST // 2**20)]})
    if not data.startswith(BEGINNINGS.get(name.rsplit(".", 1)[-1].lower(), b"\x00none")):
        raise Invalid({"paper": [_("文件内容与扩展名不符，请上传 PDF、Word 或图片原件。")]})
    stored = storage.store(lambda path: path.write_bytes(data))
    file = keep_file(ctx, stored, kind="pairing.agreement", name=name)
    agreement.file_id, agreement.file_name = file.id, name


@service("pairing.pair.read", writes=False)
def open_paper(ctx: Context, agreement_id: int) -> tuple[StoredFile, Path]:
    """The file of an agreement the reader may see. Raises NotFound."""
    agreement = ctx.get(PairAgreement, agreement_id)
    file = session().get(StoredFile, (ctx.tenant.id, agreement.file_id)) if agreement.file_id else None
    path = storage.path_of(file.key) if file else None
    if file is None or path is None or not path.is_file():
        raise NotFound("file")
    return file, path
