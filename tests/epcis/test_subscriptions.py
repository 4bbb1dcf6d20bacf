"""Subscribers are told of new events: each at least once, only their own, and told the same twice alike."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from tests import world
from tests.application import application
from tests.epcis.client import Program, document, next_address, seen, token_of
from tests.epcis.conftest import two_on
from tests.epcis.receiver import LOOPBACK, SECRET, Told, receiving, signed
from tests.services.stamp_kills import in_child
from tests.standards import epcis_facts
from trace.crashpoint import arm
from trace.db import Database, reading, transaction
from trace.jobs import clock, queue, work
from trace.records.account import Role
from trace.records.event import Event
from trace.records.event_subscription import EventSent
from trace.services import api_tokens, keeping, lot_events
from trace.services.epcis import delivering, sifting, subscriptions
from trace.settings import Settings
from trace.standards import epcis


@pytest.fixture
def told(database: Database, settings: Settings, now: Any) -> Any:
    settings = settings.model_copy(update={"epcis_hosts": (LOOPBACK,)})
    with receiving() as receiver:
        yield Told(two_on(application(settings), now), settings, receiver)


def capture(program: Program, *numbers: int, **changed: Any) -> list[str]:
    """Record small events; their ids."""
    events = [seen(n, eventID=f"urn:x:{n}", **changed) for n in numbers]
    assert program.capture(document(*events))["success"]
    return [event["eventID"] for event in events]


def test_a_stream_tells_what_matches_once_signed_and_in_the_standards_form(told: Told) -> None:
    capture(told.two.mine, 1)
    made = told.subscribe({"EQ_bizStep": ["receiving"]})
    assert told.deliver() == []
    ids = capture(told.two.mine, 2, 3)
    capture(told.two.mine, 4, bizStep="packing")
    (report,) = told.deliver()
    assert report.ids == ids
    assert report.results["subscriptionID"] == made
    assert report.results["queryName"] == "moi"
    assert report.path == "/nhan?khach=7"
    assert report.headers["gs1-signature"] == signed(report.body)
    assert report.headers["content-type"] == "application/json"
    assert report.headers["idempotency-key"] == report.said["id"]
    assert told.deliver() == []
    shown = told.shown(made)
    assert shown["nongsan:state"] == "active"
    assert "lastNotifiedAt" in shown
    assert shown["minRecordTime"] > shown["initialRecordTime"]


@epcis_facts.needs_gs1_files
def test_a_report_is_a_query_document_by_the_official_schema(told: Told) -> None:
    told.subscribe()
    capture(told.two.mine, 1, 2)
    (report,) = told.deliver()
    assert epcis_facts.schema_says()(report.said) == []


def test_nobody_elses_events_are_told_and_the_registrys_own_are(told: Told, now: Any) -> None:
    told.subscribe()
    capture(told.two.theirs, 1)
    mine = capture(told.two.mine, 2)
    with transaction() as session:
        coop = told.two.coop
        lot = world.make_lot(session, now, coop.plot, coop.product)
        lot_events.observed(session, coop.boss, "open", lot, told.now())
        own = session.exec(select(Event).where(Event.act != "capture", Event.org_id == coop.org.id)).all()
        mine += [row.event_id for row in own if row.recorded_at >= told.now() - timedelta(minutes=1)]
    told.deliver()
    assert len(mine) == 2
    assert told.receiver.told == mine


def test_what_was_recorded_from_a_moment_on_is_told_first(told: Told) -> None:
    ids = capture(told.two.mine, *range(5))
    told.subscribe(initialRecordTime="2020-01-01T00:00:00Z")
    told.deliver()
    assert told.receiver.told == ids


def test_many_events_go_out_in_batches_and_none_is_lost_or_doubled(told: Told) -> None:
    ids = capture(told.two.mine, *range(230))
    told.subscribe(initialRecordTime="2020-01-01T00:00:00Z")
    reports = told.deliver()
    assert [len(report.ids) for report in reports] == [100, 100, 30]
    assert told.receiver.told == ids
    told.ahead = delivering.SETTLE + timedelta(minutes=2)
    assert told.deliver() == []
    with reading() as session:
        assert session.exec(select(EventSent)).all() == []


def test_a_report_that_is_not_taken_comes_again_the_same_and_later_ones_after_it(told: Told) -> None:
    made = told.subscribe()
    told.receiver.answers = [500, 503]
    first = capture(told.two.mine, 1)
    told.deliver()
    second = capture(told.two.mine, 2)
    assert told.deliver() == []
    shown = told.shown(made)
    assert shown["nongsan:failures"] == 1
    assert "500" in shown["nongsan:lastError"]
    pauses = []
    for _ in range(2):
        row = told.row(made)
        pauses.append(row.next_due_at - row.failing_since)
        told.ahead += row.next_due_at - told.now()
        told.deliver()
    bodies = [report.body for report in told.receiver.reports]
    assert bodies[0] == bodies[1] == bodies[2]
    assert pauses[1] > pauses[0]
    assert told.receiver.once_each() == first + second
    assert "nongsan:lastError" not in told.shown(made)


def test_a_subscription_that_fails_for_a_day_rests_and_says_so(told: Told) -> None:
    made = told.subscribe()
    capture(told.two.mine, 1)
    told.receiver.answers = [500] * 100
    for _ in range(7):
        told.deliver()
        told.ahead += timedelta(hours=5)
    shown = told.shown(made)
    assert shown["nongsan:state"] == "paused"
    assert shown["nongsan:failures"] == len(told.receiver.reports) == 6
    assert "500" in shown["nongsan:lastError"]
    told.receiver.answers = []
    told.receiver.reports.clear()
    assert told.deliver() == []
    again = told.subscribe(name="lai", initialRecordTime=shown["minRecordTime"])
    told.deliver()
    assert told.receiver.told == ["urn:x:1"]
    assert again != made


def test_an_event_that_becomes_visible_late_is_told_all_the_same(told: Told, now: Any) -> None:
    """Rows are numbered before their transaction ends: the next one may be there first."""
    told.subscribe()
    capture(told.two.mine, 1)
    told.deliver()
    with reading() as session:
        newest = session.exec(select(Event).order_by(Event.id.desc())).first()
    for row, event_id in ((newest.id + 50, "urn:x:next"), (newest.id + 49, "urn:x:late")):
        with transaction() as session:
            values = newest.model_dump() | {"id": row, "event_id": event_id, "hash": event_id}
            values["body"] = newest.body.replace("urn:x:1", event_id)
            values["recorded_at"] = told.now()
            session.add(Event(**values))
        told.deliver()
        told.ahead += delivering.IDLE
    told.deliver()
    assert told.receiver.told == ["urn:x:1", "urn:x:next", "urn:x:late"]


def test_who_cannot_take_so_much_is_sent_half_as_much(told: Told) -> None:
    made = told.subscribe()
    ids = capture(told.two.mine, *range(8))
    told.receiver.answers = [413, 413]
    reports = told.deliver()
    assert [len(report.ids) for report in reports] == [8, 4, 2, 2, 2, 2]
    assert [one for report in reports[2:] for one in report.ids] == ids
    assert len({report.said["id"] for report in reports}) == 6
    assert told.shown(made)["nongsan:failures"] == 0


def test_a_single_event_that_is_too_much_counts_as_not_taken(told: Told) -> None:
    made = told.subscribe()
    capture(told.two.mine, 1)
    told.receiver.answers = [413]
    told.deliver()
    assert told.shown(made)["nongsan:failures"] == 1


def test_a_schedule_tells_at_its_time_and_of_nothing_only_where_that_is_asked(told: Told) -> None:
    often = {"minute": "0/10"}
    empty = told.subscribe(name="ca-khi-khong", stream=None, schedule=often, reportIfEmpty=True)
    told.subscribe(name="khi-co", stream=None, schedule=often, reportIfEmpty=False)
    capture(told.two.mine, 1)
    assert told.deliver() == []
    told.ahead += timedelta(minutes=10)
    assert sorted(report.results["queryName"] for report in told.deliver()) == ["ca-khi-khong", "khi-co"]
    assert told.deliver() == []
    told.ahead += timedelta(minutes=10)
    (report,) = told.deliver()
    assert (report.results["subscriptionID"], report.ids) == (empty, [])
    told.ahead += timedelta(hours=5)
    assert len(told.deliver()) == 1
    assert told.shown(empty, "ca-khi-khong")["schedule"] == often


def test_what_few_events_fit_is_found_over_several_looks(told: Told, monkeypatch: Any) -> None:
    monkeypatch.setattr(sifting, "MOST_READ", 7)
    monkeypatch.setattr(sifting, "PORTION", 3)
    ids = capture(told.two.mine, *range(20))
    told.subscribe(
        initialRecordTime="2020-01-01T00:00:00Z", stream=None, schedule={"hour": "3"}, reportIfEmpty=True
    )
    told.ahead = timedelta(days=1)
    reports = told.deliver()
    assert [one for report in reports for one in report.ids] == ids
    assert all(report.ids for report in reports)


@pytest.mark.parametrize("how", ["token", "account", "organisation"])
def test_a_subscription_ends_with_its_token_account_or_organisation(told: Told, how: str, now: Any) -> None:
    made = told.subscribe()
    kept = told.subscribe(name="cua-ban")  # by the same token, deleted below with the other
    capture(told.two.mine, 1)
    with transaction() as session:
        other = token_of(session, told.two.coop.manager, now) if how == "token" else ""
        if how == "token":
            api_tokens.revoke_tokens(session, told.two.coop.manager.id, told.now())
            other = token_of(session, told.two.coop.manager, now)
        elif how == "account":
            session.merge(told.two.coop.manager).is_active = False
        else:
            session.merge(told.two.coop.org).is_active = False
    assert told.deliver() == []
    assert {told.row(one).state for one in (made, kept)} == {"ended"}
    if how == "token":
        told.two.mine.headers["Authorization"] = f"Bearer {other}"
        assert told.shown(made)["nongsan:state"] == "ended"
        assert told.two.mine.get("/queries/moi/subscriptions").json == []
    with transaction() as session:
        swept = keeping.sweep(session, told.now() + keeping.SUBSCRIPTIONS + timedelta(minutes=1))
    assert swept["subscriptions"] == 2


def test_a_token_that_ends_while_a_report_waits_ends_it_before_the_next_try(told: Told) -> None:
    told.subscribe()
    told.receiver.answers = [500]
    capture(told.two.mine, 1)
    told.deliver()
    told.plan()
    told.ahead += timedelta(minutes=1)
    told.plan()
    with transaction() as session:
        api_tokens.revoke_tokens(session, told.two.coop.manager.id, told.now())
    while work.run_one_delivery(told.desk()):
        pass
    assert len(told.receiver.reports) == 1


def test_a_subscription_is_listed_shown_and_ended_by_its_own_organisation_only(told: Told) -> None:
    made, other = told.subscribe(), told.subscribe()
    mine, theirs = told.two.mine, told.two.theirs
    path = "/queries/moi/subscriptions"
    first = mine.get(path, perPage=1)
    assert [one["subscriptionID"] for one in first.json] == [made]
    following = mine.client.get(next_address(first), headers=mine.headers)
    assert [one["subscriptionID"] for one in following.json] == [other]
    answers = [theirs.get(f"{path}/{made}"), theirs.get(f"{path}/khong-co")]
    assert answers[0].status_code == 404
    assert answers[0].data == answers[1].data
    assert theirs.delete(f"{path}/{made}").status_code == 404
    assert told.two.office.get(f"{path}/{made}").status_code == 403
    theirs.post("/queries", {"name": "moi", "query": {}})
    assert theirs.get(f"{path}/{made}").status_code == 404
    assert mine.delete(f"{path}/{made}").status_code == 204
    assert mine.get(f"{path}/{made}").status_code == mine.delete(f"{path}/{made}").status_code == 404
    assert mine.client.head(f"/epcis{path}/{other}", headers=mine.headers).status_code == 200


def test_a_query_that_is_deleted_takes_its_subscriptions_along(told: Told) -> None:
    told.subscribe()
    capture(told.two.mine, 1)
    told.receiver.answers = [500]
    told.deliver()
    assert told.two.mine.delete("/queries/moi").status_code == 204
    told.ahead = timedelta(hours=1)
    assert told.deliver() == []
    assert told.two.mine.get("/queries/moi/subscriptions").status_code == 404


def test_a_token_is_sealed_and_shown_to_nobody(told: Told) -> None:
    made = told.subscribe()
    assert SECRET.encode() not in told.row(made).token_sealed
    assert SECRET not in told.two.mine.get(f"/queries/moi/subscriptions/{made}").text
    unsigned = told.subscribe(name="khong-ky", signatureToken=None)
    capture(told.two.mine, 1)
    by_id = {report.results["subscriptionID"]: report.headers for report in told.deliver()}
    assert "gs1-signature" in by_id[made]
    assert "gs1-signature" not in by_id[unsigned]


def test_epcs_are_told_as_links_where_that_was_asked(told: Told) -> None:
    told.two.mine.post("/queries", {"name": "moi", "query": {}})
    said = {"dest": told.receiver.dest, "stream": True}
    links = {"GS1-EPC-Format": "Always_GS1_Digital_Link"}
    assert told.two.mine.post("/queries/moi/subscriptions", said, links).status_code == 201
    capture(told.two.mine, 1, epcList=["urn:epc:id:sgtin:0614141.107346.7"])
    (report,) = told.deliver()
    assert b"https://id.gs1.org/01/10614141073464/21/7" in report.body
    assert report.headers["gs1-epc-format"] == "Always_GS1_Digital_Link"


STREAM = {"dest": "https://x.example/nhan", "stream": True}
WRONG: list[tuple[Any, str]] = [
    ([], "ValidationException"),
    ({"stream": True}, "SubscriptionControlsException"),
    ({**STREAM, "minRecordTime": "2026-06-05T14:30:00Z"}, "ValidationException"),
    ({**STREAM, "signatureToken": ""}, "ValidationException"),
    ({**STREAM, "signatureToken": 7}, "ValidationException"),
    ({**STREAM, "initialRecordTime": "hôm qua"}, "ValidationException"),
    ({**STREAM, "reportIfEmpty": "yes"}, "ValidationException"),
    ({**STREAM, "reportIfEmpty": True}, "SubscriptionControlsException"),
    ({"dest": STREAM["dest"]}, "SubscriptionControlsException"),
    ({**STREAM, "stream": False}, "SubscriptionControlsException"),
    ({**STREAM, "schedule": {"hour": "1"}}, "SubscriptionControlsException"),
    ({"dest": STREAM["dest"], "schedule": {}}, "SubscriptionControlsException"),
    ({"dest": STREAM["dest"], "schedule": {"hour": "24"}}, "SubscriptionControlsException"),
    ({"dest": STREAM["dest"], "schedule": {"year": "2026"}}, "SubscriptionControlsException"),
    (
        {"dest": STREAM["dest"], "schedule": {"dayOfMonth": "30", "month": "2"}},
        "SubscriptionControlsException",
    ),
]


def test_what_is_no_subscription_is_refused_and_not_kept(told: Told) -> None:
    told.two.mine.post("/queries", {"name": "moi", "query": {}})
    for body, exception in WRONG:
        answer = told.two.mine.post("/queries/moi/subscriptions", body)
        assert (answer.status_code, answer.json["type"]) == (400, f"epcisException:{exception}"), body
    assert told.two.mine.get("/queries/moi/subscriptions").json == []


def test_bounded_queries_too_many_subscriptions_and_the_office_are_refused(told: Told) -> None:
    mine, path = told.two.mine, "/queries/{}/subscriptions"
    mine.post("/queries", {"name": "it", "query": {"eventCountLimit": 5}})
    assert "eventCountLimit" in mine.post(path.format("it"), STREAM).json["title"]
    assert mine.post(path.format("khong-co"), STREAM).json["type"] == "epcisException:NoSuchNameException"
    told.two.office.post("/queries", {"name": "moi", "query": {}})
    assert told.two.office.post(path.format("moi"), STREAM).status_code == 403
    mine.post("/queries", {"name": "moi", "query": {}})
    said = [mine.post(path.format("moi"), STREAM).status_code for _ in range(21)]
    assert said == [201] * 20 + [400]


def test_a_subscription_sent_twice_under_one_key_is_made_once(told: Told) -> None:
    mine, key = told.two.mine, {"Idempotency-Key": "dang-ky-0001"}
    mine.post("/queries", {"name": "moi", "query": {}})
    one, two = (mine.post("/queries/moi/subscriptions", STREAM, key) for _ in range(2))
    assert (one.status_code, one.json) == (two.status_code, two.json)
    assert len(mine.get("/queries/moi/subscriptions").json) == 1


@pytest.mark.parametrize("point", ["report begun", "report sent"])
def test_a_worker_that_dies_leaves_the_report_to_be_sent_again(
    told: Told, database_url: str, point: str
) -> None:
    told.subscribe()
    ids = capture(told.two.mine, *range(3))
    told.plan()

    def deliver_and_die(_: int) -> None:
        arm(point)
        work.run_one_delivery(told.desk("dying"))

    ended, _ = in_child(database_url, deliver_and_die)
    assert ended == -9
    sent = [report.body for report in told.receiver.reports]
    assert len(sent) == (point == "report sent")
    more = capture(told.two.mine, 7)
    told.ahead = timedelta(minutes=5)
    reap(told)
    told.deliver()
    assert told.receiver.once_each() == ids + more
    assert sent == [report.body for report in told.receiver.reports][: len(sent)]
    if sent:
        assert told.receiver.reports[1].body == sent[0]


def reap(told: Told) -> None:
    assert clock.reap(told.desk()) == 1


def test_two_workers_at_once_tell_a_subscriber_once(told: Told) -> None:
    told.subscribe()
    ids = capture(told.two.mine, *range(3))
    told.plan()
    threads = [threading.Thread(target=work.run_one_delivery, args=(told.desk(f"w{n}"),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told.receiver.told == ids


def test_a_worker_that_lost_its_lease_marks_nothing(told: Told) -> None:
    """Its subscriber was told by it and is told again by the next, under the same id."""
    told.subscribe()
    ids = capture(told.two.mine, 1)
    told.plan()

    def lose(handler: Any) -> None:
        told.ahead = timedelta(minutes=5)
        reap(told)
        handler.send_response(200)
        handler.end_headers()

    told.receiver.answers = [lose]
    assert work.run_one_delivery(told.desk()) == "lost"
    told.deliver()
    first, second = told.receiver.reports
    assert first.body == second.body
    assert told.receiver.once_each() == ids


def test_one_organisations_deliveries_hold_one_worker_only(told: Told) -> None:
    for name in ("mot", "hai"):
        told.subscribe(name=name)
    capture(told.two.mine, 1)
    told.plan()
    assert queue.claim_delivery(told.desk("one")) is not None
    assert queue.claim_delivery(told.desk("two")) is None
    assert queue.claim(told.desk("shops")) is None


def test_staff_may_subscribe_too(told: Told, now: Any) -> None:
    with transaction() as session:
        staff = world.make_account(session, now, Role.COOP_STAFF, org_id=told.two.coop.org.id)
        program = Program(told.two.app, token_of(session, staff, now))
    program.post("/queries", {"name": "moi", "query": {}})
    assert program.post("/queries/moi/subscriptions", STREAM).status_code == 201


def test_fresh_events_that_do_not_fit_keep_none_behind_them_waiting(told: Told, monkeypatch: Any) -> None:
    """The mark waits for what may turn up late, a look does not: it goes on behind what it has seen."""
    monkeypatch.setattr(sifting, "MOST_READ", 7)
    monkeypatch.setattr(sifting, "PORTION", 3)
    told.subscribe({"EQ_ILMD_https://ns.example.org/giong": ["x"]})
    new = {"action": "ADD", "bizStep": "commissioning", "disposition": "active"}
    others = [seen(n, eventID=f"urn:x:{n}", ilmd={"ex:giong": "y"}, **new) for n in range(20)]
    last = seen(30, eventID="urn:x:30", ilmd={"ex:giong": "x"}, **new)
    context = [epcis.CONTEXT[0], {"ex": "https://ns.example.org/"}]
    assert told.two.mine.capture(document(*others, last, context=context))["success"]
    told.deliver()
    assert told.receiver.told == ["urn:x:30"]
    told.ahead = delivering.SETTLE + timedelta(minutes=2)
    assert told.deliver() == []
    with reading() as session:
        assert session.exec(select(EventSent)).all() == []


def test_two_who_subscribe_at_once_do_not_both_take_the_last_place(told: Told) -> None:
    told.two.mine.post("/queries", {"name": "moi", "query": {}})
    said = {"dest": told.receiver.dest, "stream": True}

    def subscribe() -> int:
        program = Program(told.two.app)
        program.headers = told.two.mine.headers
        return program.post("/queries/moi/subscriptions", said).status_code

    assert {subscribe() for _ in range(subscriptions.MOST - 2)} == {201}
    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [pool.submit(subscribe) for _ in range(8)]]
    assert sorted(answers) == [201] * 2 + [400] * 6
