"""Check that a store fits together: files, spatial indexes, numbers of changes, every row against its history."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson
import shapely
import sqlalchemy as sa

from api.db.case_chains import broken
from api.db.geometry import decode
from api.db.history import known
from api.db.tables import (
    ACCEPTANCES,
    CASES,
    CHANGES,
    DRAFTS,
    GEOMETRIES,
    GEOMETRY,
    IDENTITY,
    LAYERS,
    VISIT_MINUTES,
    VISIT_PICTURES,
    Layer,
)
from api.db.values import read_history
from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.db.dialects import StoreDialect

CHUNK = 5_000


def faults(connection: sa.Connection, dialect: StoreDialect) -> list[Fault]:
    """Return everything that does not fit; empty for a sound store."""
    found = [
        Fault("store.damaged", f"数据库文件损坏：{one}", f"the database file is damaged: {one}", *RESTORE)
        for one in dialect.damage(connection)
    ]
    found.extend(_numbers(connection))
    found.extend(broken(connection))
    found.extend(_drafts(connection))
    found.extend(_pictures(connection))
    found.extend(_lines(connection))
    found.extend(_minutes(connection))
    for layer in LAYERS.values():
        found.extend(_index(connection, dialect, layer))
        found.extend(_revisions(connection, layer))
        found.extend(_rows(connection, layer))
    return found


RESTORE = ("从备份恢复", "restore a backup")


def _numbers(connection: sa.Connection) -> Iterator[Fault]:
    """Find out whether changes, acceptances and lines of routes are numbered 1, 2, 3 … without a gap."""
    for table, zh, en in (
        (CHANGES, "变更", "changes"), (ACCEPTANCES, "接受记录", "acceptances"),
        (GEOMETRIES, "实测线", "measured lines"),
    ):  # fmt: skip
        count, last = connection.execute(sa.select(sa.func.count(), sa.func.max(table.c.number))).one()
        if count != (last or 0):
            yield Fault("store.numbers", f"{zh}缺 {last - count} 条", f"{last - count} {en} are missing", *RESTORE)


def _drafts(connection: sa.Connection) -> Iterator[Fault]:
    """Find drafts that nobody could open: without an owner or a form, never written, or no longer plain fields."""
    statement = sa.select(DRAFTS.c.id, *(sa.cast(DRAFTS.c[name], sa.Text) for name in ("filing", "entries")))
    unowned = sa.or_(DRAFTS.c.owner == "", DRAFTS.c.policy == "", DRAFTS.c.form == "", DRAFTS.c.revision < 1)
    lost = set(connection.scalars(sa.select(DRAFTS.c.id).where(unowned)))
    for draft_id, *texts in connection.execute(statement.order_by(DRAFTS.c.id)):
        if draft_id in lost or not all(_is_object(text) for text in texts):
            yield Fault("store.draft", "草稿不完整", "the draft is not whole", *RESTORE, feature=draft_id)


def _pictures(connection: sa.Connection) -> Iterator[Fault]:
    """Find pictures of visits that are not as long as they were, or belong to no visit."""
    table = VISIT_PICTURES
    streams = set(connection.scalars(sa.select(CASES.c.id).where(CASES.c.kind == "visit")))
    columns = sa.select(table.c.visit, table.c.id, table.c.size, sa.func.length(table.c.content))
    for visit, picture, size, length in connection.execute(columns.order_by(table.c.visit, table.c.id)):
        if size != length or f"visit:{visit}" not in streams:
            yield Fault("store.picture", f"踏勘 {visit} 的照片不完整", f"a picture of visit {visit} is not whole",
                        *RESTORE, feature=picture)  # fmt: skip


def _lines(connection: sa.Connection) -> Iterator[Fault]:
    """Find lines of routes whose shape cannot be read."""
    columns = sa.select(GEOMETRIES.c.id, GEOMETRIES.c.geometry).order_by(GEOMETRIES.c.number)
    for line_id, shape in connection.execute(columns):
        if shapely.from_wkb(shape, on_invalid="ignore") is None:
            zh, en = "实测线的形状已损坏", "the shape of the line is damaged"
            yield Fault("store.line", zh, en, *RESTORE, feature=line_id)


def _minutes(connection: sa.Connection) -> Iterator[Fault]:
    """Find minutes whose files are not those that were issued."""
    table = VISIT_MINUTES
    keys = connection.execute(sa.select(table.c.id, table.c.language).order_by(table.c.id, table.c.language)).all()
    for minutes_id, language in keys:  # one after another: each may be as large as many photos
        is_it = sa.and_(table.c.id == minutes_id, table.c.language == language)
        columns = sa.select(table.c.pdf, table.c.pdf_sha256, table.c.docx, table.c.docx_sha256)
        pdf, pdf_sha256, docx, docx_sha256 = connection.execute(columns.where(is_it)).one()
        if [hashlib.sha256(content).hexdigest() for content in (pdf, docx)] != [pdf_sha256, docx_sha256]:
            yield Fault("store.minutes", "纪要不是印发时的文件", "the minutes are not as they were issued", *RESTORE,
                        feature=minutes_id)  # fmt: skip


def _is_object(text: str | None) -> bool:
    try:
        return isinstance(orjson.loads(text or ""), dict)
    except orjson.JSONDecodeError:
        return False


def _index(connection: sa.Connection, dialect: StoreDialect, layer: Layer) -> Iterator[Fault]:
    lost = dialect.misindexed(connection, layer.table)
    if lost:
        zh, en = f"空间索引有 {lost} 处不符", f"the spatial index is wrong in {lost} places"
        yield Fault("store.index", zh, en, *RESTORE, layer=layer.name)


def _revisions(connection: sa.Connection, layer: Layer) -> Iterator[Fault]:
    """Find ids whose revisions are not 1, 2, 3 …, or which are neither in the layer nor deleted."""
    of_id = (
        sa.select(CHANGES.c.id, sa.func.count().label("count"), sa.func.max(CHANGES.c.revision).label("last"))
        .where(CHANGES.c.layer == layer.name)
        .group_by(CHANGES.c.id)
        .subquery()
    )
    broken = sa.select(of_id.c.id).where(of_id.c.count != of_id.c.last).order_by(of_id.c.id)
    for row_id in connection.scalars(broken):
        yield _fault("store.revisions", "修订有缺号", "a revision is missing", layer, row_id)
    ended = sa.and_(CHANGES.c.layer == layer.name, CHANGES.c.id == of_id.c.id, CHANGES.c.revision == of_id.c.last)
    gone = (
        sa.select(of_id.c.id)
        .join(CHANGES, ended)
        .where(CHANGES.c.kind != "delete", of_id.c.id.not_in(sa.select(layer.table.c.id)))
        .order_by(of_id.c.id)
    )
    for row_id in connection.scalars(gone):
        yield _fault("store.lost", "要素不见了，但没有删除记录", "the row is gone without a deletion", layer, row_id)


def _rows(connection: sa.Connection, layer: Layer) -> Iterator[Fault]:
    """Find rows that are not as their last change has left them."""
    table = layer.table
    told = sa.and_(CHANGES.c.layer == layer.name, CHANGES.c.id == table.c.id, CHANGES.c.revision == table.c.revision)
    columns = [table.c[name] for name in (IDENTITY, GEOMETRY, *layer.columns)]
    statement = (
        sa.select(CHANGES.c.properties.label("said"), CHANGES.c.geometry.label("shape"), *columns)
        .select_from(table.outerjoin(CHANGES, told))
        .order_by(table.c.id)
    )
    with connection.execute(statement, execution_options={"yield_per": CHUNK}) as result:
        for said, shape, row_id, geometry, *values in result:
            now = known(dict(zip(layer.columns, values, strict=True)))
            if said is None or known(read_history(layer, said)) != now or not _same(shape, geometry):
                yield _fault("store.row", "要素与修订记录不符", "the row is not as its history says", layer, row_id)


def _same(one: bytes, other: bytes) -> bool:
    """Tell whether two encodings are of one geometry; the databases may write the same one in different bytes."""
    if one == other:
        return True
    first, second = decode([one, other])
    return bool(first is not None and second is not None and first.wkb == second.wkb)


def _fault(code: str, zh: str, en: str, layer: Layer, row_id: str) -> Fault:
    return Fault(code, zh, en, *RESTORE, layer=layer.name, feature=row_id)
