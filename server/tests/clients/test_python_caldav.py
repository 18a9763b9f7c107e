"""python-caldav: what a person does with a calendar client, from the bare host on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import caldav.aio
import pytest
import requests
from caldav.elements import cdav, dav, ical
from caldav.lib import error
from harness import Account
from icalendar_searcher.collation import Collation
from objects import BERLIN, component, event
from objects import calendar as whole_calendar

# Straight answers: neither repaired nor filtered by the client.
RAW = {"post_filter": False, "compatibility_workarounds": False}

STANDUP = whole_calendar(
    BERLIN,
    component(
        "VEVENT",
        "standup",
        "DTSTART;TZID=Europe/Berlin:20260302T093000",
        "DTEND;TZID=Europe/Berlin:20260302T094500",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "EXDATE;TZID=Europe/Berlin:20260327T093000",
        "SUMMARY:Stand-up",
    ),
    component(
        "VEVENT",
        "standup",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260330T093000",
        "DTSTART;TZID=Europe/Berlin:20260331T110000",
        "DTEND;TZID=Europe/Berlin:20260331T111500",
        "SUMMARY:Stand-up\\, moved",
    ),
)


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def starts(found):
    return sorted(instance.icalendar_component["DTSTART"].dt for instance in found)


def summaries(found):
    return sorted(str(instance.icalendar_component["SUMMARY"]) for instance in found)


class TestDiscovery:
    def test_well_known_leads_to_the_service_before_any_sign_in(self, server):
        for method in ("GET", "PROPFIND"):
            answer = requests.request(method, f"{server.url}/.well-known/caldav", allow_redirects=False, timeout=10)
            assert answer.status_code in (301, 302, 307, 308), answer.status_code
            assert answer.headers["Location"].endswith("/")

    def test_from_the_bare_host_to_the_calendars(self, account, kalends):
        principal = account.client(f"{kalends.url}/.well-known/caldav").get_principal()
        assert str(principal.url).startswith(f"{kalends.url}/api/v1.0/caldav/principals/{account.name}")
        assert principal.get_display_name() == account.name
        assert [calendar.get_display_name() for calendar in principal.get_calendars()] == ["Personal"]
        assert f"mailto:{account.name}@example.org" in principal.calendar_user_address_set()

    def test_the_service_says_what_it_is(self, account):
        client = account.client(account.home)
        assert client.supports_dav()
        assert client.supports_caldav()

    def test_every_level_names_the_principal(self, account, calendar):
        for url in (account.home, calendar.url, str(account.principal.url)):
            assert str(account.client(str(url)).get_principal().url) == str(account.principal.url)

    def test_wrong_and_missing_passwords_are_refused(self, account, kalends):
        home = account.home
        for name, password in ((account.name, "wrong"), ("nobody", account.password), (account.name, "")):
            with pytest.raises(error.AuthorizationError):
                Account(kalends, name, password).client(home).get_principal()

    def test_what_is_another_persons_does_not_exist(self, account, calendar, kalends):
        calendar.add_event(event("private", "DTSTART:20260310T100000Z", "SUMMARY:Private"))
        stranger = kalends.account()
        for method, url in (
            ("PROPFIND", calendar.url),
            ("GET", calendar.url.join("private.ics")),
            ("PUT", calendar.url.join("other.ics")),
            ("DELETE", calendar.url.join("private.ics")),
            ("DELETE", calendar.url),
        ):
            secret = stranger.request(method, url, depth=0)
            missing = stranger.request(method, str(url).replace("test-", "none-"), depth=0)
            assert secret.status_code == missing.status_code, method
            assert secret.status_code in (403, 404, 409), method
        assert len(calendar.get_events()) == 1


class TestCalendars:
    def test_made_with_a_name_and_a_set_of_components(self, account):
        made = account.principal.make_calendar(
            name="Gärten & Höfe", cal_id="gardens", supported_calendar_component_set=["VTODO"]
        )
        assert made.get_display_name() == "Gärten & Höfe"
        assert made.get_supported_components() == ["VTODO"]
        with pytest.raises(error.DAVError):
            made.add_event(event("refused", "DTSTART:20260310T100000Z"))
        assert made.get_events() == []
        assert "Gärten & Höfe" in [calendar.get_display_name() for calendar in account.principal.get_calendars()]

    def test_made_by_extended_mkcol(self, account):
        made = account.principal.make_calendar(name="By MKCOL", cal_id="by-mkcol", method="mkcol")
        assert made.get_display_name() == "By MKCOL"
        made.add_event(event("inside", "DTSTART:20260310T100000Z"))
        assert len(made.get_events()) == 1

    def test_a_name_that_is_taken_is_refused(self, account, calendar):
        calendar.add_event(event("kept", "DTSTART:20260310T100000Z"))
        with pytest.raises(error.DAVError):
            account.principal.make_calendar(name="Again", cal_id=str(calendar.url).rstrip("/").rsplit("/", 1)[1])
        assert calendar.get_display_name() == "Test"
        assert len(calendar.get_events()) == 1

    def test_name_colour_order_and_description_change(self, calendar):
        calendar.set_properties(
            [
                dav.DisplayName("Renamed"),
                ical.CalendarColor("#AA3366"),
                ical.CalendarOrder("7"),
                cdav.CalendarDescription("Line one\nline <two> & more"),
            ]
        )
        assert calendar.get_property(dav.DisplayName()) == "Renamed"
        assert calendar.get_property(ical.CalendarColor()).upper().startswith("#AA3366")
        assert calendar.get_property(ical.CalendarOrder()) == "7"
        assert calendar.get_property(cdav.CalendarDescription()) == "Line one\nline <two> & more"

    def test_deleted_with_all_that_is_in_it(self, account, calendar):
        calendar.add_event(event("gone", "DTSTART:20260310T100000Z"))
        calendar.delete()
        assert calendar.url not in [each.url for each in account.principal.get_calendars()]
        assert account.request("GET", calendar.url.join("gone.ics")).status_code == 404


class TestObjects:
    def test_made_edited_and_deleted(self, calendar):
        made = calendar.add_event(event("lunch", "DTSTART:20260310T120000Z", "SUMMARY:Lunch"))
        first = calendar.get_event_by_uid("lunch")
        first.load()
        assert first.etag
        with first.edit_icalendar_component() as lunch:
            lunch["SUMMARY"] = "Long lunch"
        first.save()
        assert first.etag
        made.load()
        assert made.etag == first.etag
        assert str(made.icalendar_component["SUMMARY"]) == "Long lunch"
        made.delete()
        with pytest.raises(error.NotFoundError):
            calendar.get_event_by_uid("lunch")
        with pytest.raises(error.NotFoundError):
            calendar.event_by_url(made.url).load()

    def test_octets_come_back_as_they_went(self, account, calendar):
        odd = (
            'BEGIN:VCALENDAR\r\nX-WR-CALNAME;X-A="b;c,d":Ünusual\r\nVERSION:2.0\r\nprodid:-//odd//\r\n'
            "BEGIN:VEVENT\r\nUID:odd\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260310\r\n"
            "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nSUMMARY;LANGUAGE=de:Ein  Leerzeich\r\n en\\, und\r\n\t mehr 🎄\r\n"
            "BEGIN:X-PART\r\nX-INNER:1\r\nEND:X-PART\r\nX-EMPTY:\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode()
        made = calendar.add_event(event("odd", "DTSTART;VALUE=DATE:20260310"))
        made.save(raw_data=odd)
        answer = account.request("GET", made.url)
        assert answer.content == odd
        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert answer.headers["ETag"] == made.etag
        head = account.request("HEAD", made.url)
        assert (head.headers["ETag"], head.headers["Content-Length"]) == (made.etag, str(len(odd)))

    def test_a_line_folded_inside_of_a_character_is_put_together(self, account, calendar):
        """As programs write that fold by octets: the server keeps valid UTF-8, and says by its silence that it changed something."""
        line = "DESCRIPTION:" + "Straßenfest 🎄 ".replace(" ", "\u00a0") * 12
        octets = line.encode()
        folded = b"\r\n ".join(octets[at : at + 31] for at in range(0, len(octets), 31))
        head, tail = event("folded", "DTSTART:20260310T100000Z", "X-HERE:1").encode().split(b"X-HERE:1")
        with pytest.raises(UnicodeDecodeError):
            (head + folded + tail).decode()
        url = calendar.url.join("folded.ics")
        answer = account.request("PUT", url, head + folded + tail, content_type="text/calendar")
        assert answer.status_code == 201
        assert "ETag" not in answer.headers
        got = calendar.event_by_url(url)
        got.load()
        assert f"DESCRIPTION:{got.icalendar_component['DESCRIPTION']}" == line
        assert got.etag

    def test_whoever_saves_second_is_told(self, account, calendar):
        calendar.add_event(event("shared", "DTSTART:20260310T100000Z", "SUMMARY:Draft"))
        mine, theirs = (calendar.get_event_by_uid("shared") for _ in range(2))
        mine.load(), theirs.load()
        with mine.edit_icalendar_component() as component:
            component["SUMMARY"] = "Mine"
        mine.save()
        with theirs.edit_icalendar_component() as component:
            component["SUMMARY"] = "Theirs"
        with pytest.raises(error.ETagMismatchError):
            theirs.save()
        with pytest.raises(error.ETagMismatchError):
            theirs.delete(if_match=True)
        theirs.load()
        assert str(theirs.icalendar_component["SUMMARY"]) == "Mine"
        theirs.delete(if_match=True)
        assert calendar.get_events() == []

    def test_made_once_and_not_over_another(self, calendar):
        text = event("once", "DTSTART:20260310T100000Z", "SUMMARY:First")
        calendar.add_event(text, no_overwrite=True)
        with pytest.raises(error.ConsistencyError):
            calendar.add_event(text.replace("First", "Second"), no_overwrite=True)
        with pytest.raises(error.ConsistencyError):
            calendar.add_event(event("never", "DTSTART:20260310T100000Z"), no_create=True)
        assert summaries(calendar.get_events()) == ["First"]

    def test_one_uid_has_one_object(self, account, calendar):
        text = event("only", "DTSTART:20260310T100000Z", "SUMMARY:Only")
        calendar.add_event(text)
        answer = account.request("PUT", calendar.url.join("second-name.ics"), text, content_type="text/calendar")
        assert answer.status_code in (403, 409)
        assert b"no-uid-conflict" in answer.content
        assert len(calendar.get_events()) == 1

    @pytest.mark.parametrize("uid", ["a@b.example", "with space", "Ümlaut-日本", "a+b=c&d", "100%", "a/b/c", "x" * 180])
    def test_uids_of_every_kind(self, calendar, uid):
        calendar.add_event(event(uid, "DTSTART:20260310T100000Z", "SUMMARY:Odd name"))
        found = calendar.get_event_by_uid(uid)
        assert str(found.icalendar_component["UID"]) == uid
        found.load()
        (synced,) = calendar.get_objects_by_sync_token(disable_fallback=True, load_objects=True)
        assert str(synced.icalendar_component["UID"]) == uid
        (fetched,) = calendar.multiget([synced.url], raise_notfound=True)
        assert str(fetched.icalendar_component["UID"]) == uid
        found.delete()
        assert calendar.get_events() == []

    def test_multiget_gives_what_is_there_and_404_for_the_rest(self, calendar):
        made = [
            calendar.add_event(event(f"e{number}", f"DTSTART:2026031{number}T100000Z", f"SUMMARY:{number}"))
            for number in range(3)
        ]
        missing = calendar.url.join("missing.ics")
        found = calendar.multiget([made[2].url, made[0].url], raise_notfound=True)
        assert summaries(found) == ["0", "2"]
        assert all(each.etag for each in found)
        with pytest.raises(error.NotFoundError):
            calendar.multiget([made[0].url, missing], raise_notfound=True)

    def test_many_at_once(self, account, calendar):
        url = str(calendar.url)

        def put(number):
            client = Account(account.server, account.name, account.password)
            client.home = account.home
            text = event(f"many-{number}", f"DTSTART:20260310T{number % 24:02}0000Z", f"SUMMARY:{number}")
            return client.request("PUT", f"{url}many-{number}.ics", text, content_type="text/calendar").status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(put, range(80))) == {201}
        assert len(calendar.get_events()) == 80
        assert len(calendar.get_objects_by_sync_token(disable_fallback=True)) == 80

    def test_many_at_once_by_the_asynchronous_client(self, account):
        async def session():
            url, name, password = account.server.entry, account.name, account.password
            async with caldav.aio.AsyncDAVClient(url=url, username=name, password=password) as client:
                principal = await client.get_principal()
                calendar = await principal.make_calendar(name="At once")
                texts = [event(f"e{number}", "DTSTART:20260310T100000Z", f"SUMMARY:{number}") for number in range(20)]
                await asyncio.gather(*map(calendar.add_event, texts))
                synced = await calendar.get_objects_by_sync_token(disable_fallback=True)
                return await calendar.get_events(), synced

        events, synced = asyncio.run(session())
        assert len(events) == len(synced) == 20

    def test_of_those_who_write_at_once_one_wins(self, account, calendar, kalends):
        def race(name, text, **headers):
            """Eight clients put at the same time; yields their answers."""

            def put(number):
                client = Account(account.server, account.name, account.password)
                client.home = account.home
                body = text.replace("NUMBER", str(number))
                return client.request(
                    "PUT", calendar.url.join(name.replace("NUMBER", str(number))), body, **headers
                ).status_code

            with ThreadPoolExecutor(8) as pool:
                return sorted(pool.map(put, range(8)))

        text = event("one", "DTSTART:20260310T100000Z", "SUMMARY:NUMBER")
        assert race("one.ics", text, if_none_match="*") == [201] + [412] * 7
        etag = account.request("HEAD", calendar.url.join("one.ics")).headers["ETag"]
        changed = text.replace("SUMMARY", "LOCATION")
        assert race("one.ics", changed, if_match=etag) == [204] + [412] * 7
        assert race("NUMBER.ics", text.replace("UID:one", "UID:two")) == [201] + [409] * 7
        assert len(calendar.get_events()) == 2

    def test_what_is_not_a_calendar_object_is_refused(self, account, calendar):
        good = event("good", "DTSTART:20260310T100000Z")
        for text, condition in (
            ("not a calendar", b"valid-calendar-data"),
            (good.replace("END:VEVENT", "END:VTODO"), b"valid-calendar-data"),
            (good.replace("VERSION:2.0\r\n", "VERSION:2.0\r\nMETHOD:REQUEST\r\n"), b"valid-calendar-object-resource"),
            (whole_calendar(component("VEVENT", "a"), component("VEVENT", "b")), b"valid-calendar-object-resource"),
        ):
            answer = account.request("PUT", calendar.url.join("bad.ics"), text, content_type="text/calendar")
            assert answer.status_code in (403, 409), text
            assert condition in answer.content, text
        answer = account.request("PUT", calendar.url.join("bad.ics"), good, content_type="text/html")
        assert answer.status_code in (403, 415)
        assert calendar.get_events() == []


class TestSearch:
    def test_a_window_over_a_series_without_end(self, calendar):
        calendar.add_event(STANDUP)
        calendar.add_event(event("before", "DTSTART:20260220T100000Z", "DTEND:20260220T110000Z", "SUMMARY:Before"))
        window = {"start": at(2026, 3, 26), "end": at(2026, 4, 2), "event": True}
        assert len(calendar.search(**window, **RAW)) == 1
        instances = calendar.search(**window, expand=True, server_expand=True, **RAW)
        # 27 March is excluded, 30 March moved, and from 29 March on 09:30 in Berlin is 07:30 UTC.
        assert starts(instances) == [at(2026, 3, 31, 9), at(2026, 4, 1, 7, 30)]
        assert summaries(instances) == ["Stand-up", "Stand-up, moved"]
        for instance in instances:
            assert "RRULE" not in instance.icalendar_component
            assert instance.icalendar_component["RECURRENCE-ID"].dt in (at(2026, 3, 30, 7, 30), at(2026, 4, 1, 7, 30))

    def test_a_window_far_from_the_first_instance(self, calendar):
        calendar.add_event(STANDUP)
        found = calendar.search(
            start=at(2059, 1, 6), end=at(2059, 1, 8), event=True, expand=True, server_expand=True, **RAW
        )
        assert starts(found) == [at(2059, 1, 6, 8, 30)]

    def test_a_window_touches_what_overlaps_it(self, calendar):
        calendar.add_event(event("e", "DTSTART:20260310T100000Z", "DTEND:20260310T110000Z", "SUMMARY:E"))
        calendar.add_event(event("d", "DTSTART;VALUE=DATE:20260310", "SUMMARY:D"))

        def found(start, end):
            return summaries(calendar.search(start=start, end=end, event=True, **RAW))

        assert found(at(2026, 3, 10, 10, 59), at(2026, 3, 10, 12)) == ["D", "E"]
        assert found(at(2026, 3, 10, 11), at(2026, 3, 10, 12)) == ["D"]
        assert found(at(2026, 3, 10, 9), at(2026, 3, 10, 10)) == ["D"]
        assert found(at(2026, 3, 11), at(2026, 3, 12)) == []
        assert found(at(2026, 3, 9), at(2026, 3, 10)) == []

    def test_open_windows(self, calendar):
        calendar.add_event(event("past", "DTSTART:20250310T100000Z", "SUMMARY:Past"))
        calendar.add_event(event("next", "DTSTART:20270310T100000Z", "SUMMARY:Next"))
        assert summaries(calendar.search(start=at(2026, 1, 1), event=True, **RAW)) == ["Next"]
        assert summaries(calendar.search(end=at(2026, 1, 1), event=True, **RAW)) == ["Past"]

    def test_text(self, calendar):
        calendar.add_event(
            event("a", "DTSTART:20260310T100000Z", "SUMMARY:Board meeting", "CATEGORIES:WORK,MONEY", "LOCATION:Zürich")
        )
        calendar.add_event(event("b", "DTSTART:20260311T100000Z", "SUMMARY:Piano", "DESCRIPTION:bring\\nscores"))

        def found(**search):
            return summaries(calendar.search(event=True, **search, **RAW))

        def found_in_any_case(name, text, collation):
            searcher = calendar.searcher(event=True)
            searcher.add_property_filter(name, text, case_sensitive=False, collation=collation)
            return summaries(searcher.search(**RAW))

        assert found(summary="Board") == ["Board meeting"]
        assert found(summary="board") == []
        assert found_in_any_case("SUMMARY", "BOARD", Collation.SIMPLE) == ["Board meeting"]
        assert found_in_any_case("LOCATION", "ZÜRICH", Collation.SIMPLE) == []
        assert found_in_any_case("LOCATION", "ZÜRICH", Collation.UNICODE) == ["Board meeting"]
        assert found(location="Zürich") == ["Board meeting"]
        assert found(category="MONEY") == ["Board meeting"]
        assert found(no_category=True) == ["Piano"]
        assert found(no_location=True) == ["Piano"]
        assert found(uid="b") == ["Piano"]
        assert found(summary="nothing of this") == []
        assert found(summary="o", start=at(2026, 3, 11), end=at(2026, 3, 12)) == ["Piano"]

    def test_everything(self, calendar):
        calendar.add_event(event("e", "DTSTART:20260310T100000Z", "SUMMARY:Event"))
        calendar.add_todo(whole_calendar(component("VTODO", "t", "SUMMARY:To-do")))
        calendar.add_journal(
            whole_calendar(component("VJOURNAL", "j", "SUMMARY:Journal", "DTSTART;VALUE=DATE:20260310"))
        )
        assert summaries(calendar.search(**RAW)) == ["Event", "Journal", "To-do"]
        assert summaries(calendar.get_journals()) == ["Journal"]

    def test_by_default_as_most_programs_search(self, calendar):
        """With the client's own filtering and expansion on top, as programs that use the library do."""
        calendar.add_event(STANDUP)
        found = calendar.search(start=at(2026, 3, 23), end=at(2026, 4, 2), event=True, expand=True)
        assert [moment.astimezone(UTC) for moment in starts(found)] == [
            at(2026, 3, 23, 8, 30),
            at(2026, 3, 25, 8, 30),
            at(2026, 3, 31, 9),
            at(2026, 4, 1, 7, 30),
        ]

    def test_free_busy(self, calendar):
        for uid, start, end, *lines in (
            ("a", "100000", "110000"),
            ("b", "103000", "120000"),
            ("maybe", "130000", "140000", "STATUS:TENTATIVE"),
            ("open", "150000", "160000", "TRANSP:TRANSPARENT"),
            ("off", "170000", "180000", "STATUS:CANCELLED"),
            ("late", "233000", "235900", "RRULE:FREQ=DAILY", "EXDATE:20260310T233000Z"),
        ):
            calendar.add_event(event(uid, f"DTSTART:20260310T{start}Z", f"DTEND:20260310T{end}Z", *lines))
        calendar.add_todo(whole_calendar(component("VTODO", "t", "DTSTART:20260310T050000Z", "DUE:20260310T060000Z")))
        answer = calendar.freebusy_request(at(2026, 3, 10), at(2026, 3, 12))
        assert answer.icalendar_component.name == "VFREEBUSY"
        busy = answer.icalendar_component["FREEBUSY"]
        found = {
            (str(line.params["FBTYPE"]), period.start, period.end)
            for line in (busy if isinstance(busy, list) else [busy])
            for period in getattr(line, "dts", [line])
        }
        assert found == {
            ("BUSY", at(2026, 3, 10, 10), at(2026, 3, 10, 12)),
            ("BUSY-TENTATIVE", at(2026, 3, 10, 13), at(2026, 3, 10, 14)),
            ("BUSY", at(2026, 3, 11, 23, 30), at(2026, 3, 11, 23, 59)),
        }

    def test_published_busy_times_count(self, account, kalends):
        calendar = account.principal.make_calendar(name="Busy", supported_calendar_component_set=["VFREEBUSY"])
        published = component(
            "VFREEBUSY",
            "published",
            "DTSTART:20260310T000000Z",
            "DTEND:20260312T000000Z",
            "FREEBUSY:20260310T100000Z/PT1H,20260310T120000Z/20260310T130000Z",
            "FREEBUSY;FBTYPE=FREE:20260310T140000Z/PT1H",
            "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260311T000000Z/P1D",
        )
        answer = account.request("PUT", calendar.url.join("published.ics"), whole_calendar(published))
        assert answer.status_code == 201, answer.text
        found = (
            calendar.freebusy_request(at(2026, 3, 10), at(2026, 3, 12))
            .data.replace("\r", "")
            .replace("\n ", "")
            .splitlines()
        )
        assert [line for line in found if line.startswith("FREEBUSY")] == [
            "FREEBUSY;FBTYPE=BUSY:20260310T100000Z/20260310T110000Z,20260310T120000Z/20260310T130000Z",
            "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260311T000000Z/20260312T000000Z",
        ]


class TestTodosAndJournals:
    def test_a_todo_until_it_is_done(self, calendar):
        calendar.add_todo(
            whole_calendar(component("VTODO", "t1", "SUMMARY:Taxes", "DUE;VALUE=DATE:20260415", "STATUS:NEEDS-ACTION"))
        )
        calendar.add_todo(whole_calendar(component("VTODO", "t2", "SUMMARY:Roof")))
        assert summaries(calendar.get_todos()) == ["Roof", "Taxes"]
        calendar.get_todo_by_uid("t1").complete()
        assert summaries(calendar.get_todos()) == ["Roof"]
        assert summaries(calendar.get_todos(include_completed=True)) == ["Roof", "Taxes"]

    def test_a_window_over_todos(self, calendar):
        for uid, *lines in (
            ("due", "DUE:20260310T100000Z"),
            ("later", "DUE:20260410T100000Z"),
            ("undated",),
            ("series", "DTSTART:20260101T080000Z", "DUE:20260101T090000Z", "RRULE:FREQ=DAILY"),
        ):
            calendar.add_todo(whole_calendar(component("VTODO", uid, f"SUMMARY:{uid}", *lines)))
        window = {"start": at(2026, 3, 10), "end": at(2026, 3, 11), "todo": True, "include_completed": True}
        # A to-do without dates is in every window (RFC 4791 section 9.9).
        assert summaries(calendar.search(**window, **RAW)) == ["due", "series", "undated"]

    def test_a_journal(self, calendar):
        calendar.add_journal(
            whole_calendar(
                component("VJOURNAL", "j", "DTSTART;VALUE=DATE:20260310", "SUMMARY:Day one", "DESCRIPTION:It rained.")
            )
        )
        found = calendar.search(start=at(2026, 3, 10), end=at(2026, 3, 11), journal=True, **RAW)
        assert summaries(found) == ["Day one"]
        assert calendar.search(start=at(2026, 3, 11), end=at(2026, 3, 12), journal=True, **RAW) == []
        assert calendar.get_events() == []


class TestSync:
    def test_each_change_once(self, calendar):
        kept, changed, removed = (
            calendar.add_event(event(uid, "DTSTART:20260310T100000Z", f"SUMMARY:{uid}"))
            for uid in ("kept", "changed", "removed")
        )
        known = calendar.get_objects_by_sync_token(load_objects=True, disable_fallback=True)
        assert summaries(known) == ["changed", "kept", "removed"]
        assert known.sync() == ([], [])

        with changed.edit_icalendar_component() as component:
            component["SUMMARY"] = "changed twice"
        changed.save()
        removed.delete()
        calendar.add_event(event("new", "DTSTART:20260311T100000Z", "SUMMARY:new"))
        token = known.sync_token
        updated, deleted = known.sync()
        assert summaries(updated) == ["changed twice", "new"]
        assert [each.url for each in deleted] == [removed.url]
        assert known.sync() == ([], [])
        assert summaries(known) == ["changed twice", "kept", "new"]

        # Whoever comes anew has nothing that could be removed.
        assert not calendar.get_objects_by_sync_token(disable_fallback=True).deleted_urls
        # The same again from the older token: a client that lost the answer loses nothing.
        again = calendar.get_objects_by_sync_token(token, disable_fallback=True)
        assert len(again) == 3
        assert again.deleted_urls == {removed.url.canonical()}

    def test_what_came_and_went_between_two_visits(self, calendar):
        token = calendar.get_objects_by_sync_token(disable_fallback=True).sync_token
        calendar.add_event(event("brief", "DTSTART:20260310T100000Z", "SUMMARY:brief")).delete()
        seen = calendar.get_objects_by_sync_token(token, disable_fallback=True)
        assert {each.url.canonical() for each in seen} == seen.deleted_urls
        assert seen.sync_token != token

    def test_a_token_of_elsewhere_is_refused_as_such(self, account, calendar):
        other = account.principal.make_calendar(name="Other", cal_id="other")
        foreign = other.get_objects_by_sync_token(disable_fallback=True).sync_token
        for token in ("http://example.org/never", foreign):
            with pytest.raises(error.DAVError) as refusal:
                calendar.get_objects_by_sync_token(token, disable_fallback=True)
            assert dav.ValidSyncToken.tag in refusal.value.preconditions

    def test_the_ctag_and_the_token_tell_of_changes(self, calendar):
        def tags():
            properties = calendar.get_properties([dav.SyncToken(), CTag()])
            return properties[dav.SyncToken.tag], properties[CTag.tag]

        first = tags()
        assert all(first) and tags() == first
        made = calendar.add_event(event("e", "DTSTART:20260310T100000Z"))
        second = tags()
        assert second[0] != first[0] and second[1] != first[1]
        made.delete()
        third = tags()
        assert third[0] != second[0] and third[1] != second[1]


class CTag(dav.ValuedBaseElement):
    tag = "{http://calendarserver.org/ns/}getctag"


class TestTheAddressesOfBefore:
    """A client that was set up with the addresses of the system before, `/{user}/{calendar}/{uid}.ics`."""

    @pytest.fixture
    def before(self, account, kalends):
        url = f"{kalends.url}/api/v1.0/caldav/{account.name}/personal/"
        return account.client(url).calendar(url=url)

    def test_a_calendar_is_used_as_ever(self, account, before):
        base = str(before.url)
        assert before.get_display_name() == "Personal"
        before.set_properties([dav.DisplayName("At home")])
        assert before.get_property(dav.DisplayName()) == "At home"
        made = [
            before.add_event(event(f"e{number}", f"DTSTART:2026031{number}T100000Z", f"SUMMARY:{number}"))
            for number in range(3)
        ]
        assert [str(each.url) for each in made] == [f"{base}e{number}.ics" for number in range(3)]
        assert {str(each.url) for each in before.get_events()} == {f"{base}e{number}.ics" for number in range(3)}
        known = before.get_objects_by_sync_token(load_objects=True, disable_fallback=True)
        found = before.search(start=at(2026, 3, 11), end=at(2026, 3, 12), event=True, **RAW)
        assert [str(each.url) for each in found] == [f"{base}e1.ics"]
        assert summaries(before.multiget([each.url for each in made], raise_notfound=True)) == ["0", "1", "2"]
        with found[0].edit_icalendar_component() as component:
            component["SUMMARY"] = "changed"
        found[0].save()
        made[0].delete()
        updated, deleted = known.sync()
        assert summaries(updated) == ["changed"]
        assert [str(each.url) for each in deleted] == [f"{base}e0.ics"]
        # It is the calendar that discovery finds.
        (personal,) = account.principal.get_calendars()
        assert str(personal.url) == f"{account.home}personal/" and personal.get_display_name() == "At home"
        assert summaries(personal.get_events()) == ["2", "changed"]

    def test_an_object_is_found_by_its_uid(self, account, before):
        """One that another program has stored under a name of its own choice."""
        text = event("uid-1", "DTSTART:20260310T100000Z", "SUMMARY:Elsewhere made")
        put = account.request("PUT", f"{account.home}personal/other-name.ics", text, content_type="text/calendar")
        assert put.status_code == 201
        found = before.event_by_url(before.url.join("uid-1.ics"))
        found.load()
        assert str(found.icalendar_component["SUMMARY"]) == "Elsewhere made"
        with found.edit_icalendar_component() as component:
            component["SUMMARY"] = "Changed here"
        found.save()
        (listed,) = before.get_events()
        assert str(listed.url) == f"{before.url}other-name.ics"
        assert summaries([listed]) == ["Changed here"]
        found.delete()
        assert before.get_events() == []


class TestEditingASeries:
    def test_one_instance_is_changed_and_the_others_stay(self, calendar):
        calendar.add_event(STANDUP)
        (instance,) = calendar.search(
            start=at(2026, 4, 8), end=at(2026, 4, 9), event=True, expand=True, server_expand=True
        )
        with instance.edit_icalendar_component() as component:
            component["SUMMARY"] = "With guests"
        instance.save()
        found = calendar.search(start=at(2026, 4, 6), end=at(2026, 4, 11), event=True, expand=True, server_expand=True)
        assert starts(found) == [at(2026, 4, 6, 7, 30), at(2026, 4, 8, 7, 30), at(2026, 4, 10, 7, 30)]
        assert summaries(found) == ["Stand-up", "Stand-up", "With guests"]

    def test_days_are_days(self, calendar):
        calendar.add_event(
            event(
                "trip", "DTSTART;VALUE=DATE:20260327", "DTEND;VALUE=DATE:20260330", "RRULE:FREQ=YEARLY", "SUMMARY:Trip"
            )
        )
        found = calendar.search(
            start=at(2027, 3, 28), end=at(2027, 3, 29), event=True, expand=True, server_expand=True, **RAW
        )
        assert starts(found) == [date(2027, 3, 27)]
        assert found[0].icalendar_component["DTEND"].dt == date(2027, 3, 30)
