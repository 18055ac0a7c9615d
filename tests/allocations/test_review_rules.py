from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.blind import blind_file_name, is_shown_blind
from allocations.rules.conflicts import ConflictKind, Ties, conflicts_between, mail_domain
from allocations.rules.consensus import consensus
from allocations.rules.mentions import handles, mentioned
from allocations.rules.review_progress import ReviewProgress
from allocations.rules.reviewers import Candidate, matching_tags, proposed, ranked, tags_of
from allocations.rules.rubric import Criterion

TODAY = date(2026, 11, 25)
IMPACT = Criterion("impact", "Impact", 3)


def test_each_tie_is_a_conflict_of_its_own() -> None:
    applying = Ties(
        people=frozenset({1}),
        organisations=frozenset({10}),
        enterprise_numbers=frozenset({"0403019261"}),
        mail_domains=frozenset({"klokken.example"}),
        projects=frozenset({7}),
    )
    for field, kind in (
        ("people", ConflictKind.OWN),
        ("organisations", ConflictKind.ORGANISATION),
        ("enterprise_numbers", ConflictKind.ENTERPRISE),
        ("mail_domains", ConflictKind.MAIL_DOMAIN),
        ("projects", ConflictKind.PROJECT),
    ):
        assert conflicts_between(Ties(**{field: getattr(applying, field)}), applying) == [kind]
    assert conflicts_between(applying, applying)[0] == ConflictKind.OWN
    assert conflicts_between(Ties(), applying) == []
    assert conflicts_between(Ties(), Ties()) == []


def test_a_department_is_of_the_same_house_and_a_like_name_is_not() -> None:
    house, department = (Ties(mail_domains=frozenset({d})) for d in ("ku.be", "cs.ku.be"))
    other = Ties(mail_domains=frozenset({"notku.be"}))
    assert conflicts_between(house, department) == [ConflictKind.MAIL_DOMAIN]
    assert conflicts_between(department, house) == [ConflictKind.MAIL_DOMAIN]
    assert conflicts_between(house, other) == []


def test_public_mail_hosts_say_nothing_of_the_house() -> None:
    assert mail_domain("Ada@GMail.com.") == ""
    assert mail_domain("ada@Sub.Klokken.BE") == "sub.klokken.be"
    assert [mail_domain(text) for text in ("", "@", "ada", "ada@localhost")] == ["", "", "", ""]


def test_who_knows_the_matter_is_proposed_first_then_who_has_least_to_do() -> None:
    busy_expert = Candidate(1, "Busy", matching_tags=("speech",), open_reviews=9)
    idle = Candidate(2, "Idle")
    expert = Candidate(3, "Expert", matching_tags=("speech",), open_reviews=1)
    bound = Candidate(4, "Bound", ("speech",), conflicts=(ConflictKind.PROJECT,))
    away = Candidate(5, "Away", ("speech",), away_until=TODAY)
    back = Candidate(6, "Back", away_until=date(2026, 11, 24), open_reviews=1)
    everybody = [idle, bound, busy_expert, away, expert, back]
    assert ranked(everybody, TODAY) == [expert, busy_expert, idle, back]
    assert proposed(everybody, TODAY, 2) == [expert, busy_expert]
    assert proposed(everybody, TODAY, -1) == []


def test_a_tag_matches_whole_words_only() -> None:
    tags = ["AI", "c++", "weather model", "(", "é"]
    assert matching_tags(tags, "We train an ai. A WEATHER MODEL in C++.") == (
        "AI",
        "c++",
        "weather model",
    )
    assert matching_tags(["ai"], "available") == ()
    assert tags_of(" Speech , CFD;\n speech,, weather   model") == [
        "speech",
        "cfd",
        "weather model",
    ]


@given(st.lists(st.integers(0, 5), max_size=9), st.integers(0, 5))
def test_the_consensus_lies_between_lowest_and_highest(scores: list[int], threshold: int) -> None:
    criterion = Criterion("impact", "Impact", threshold)
    (line,) = consensus([criterion], [{"impact": score, "gone": 1} for score in scores])
    if not scores:
        assert (line.mean, line.lowest, line.is_below) == (None, None, False)
        return
    assert (line.lowest, line.highest) == (min(scores), max(scores))
    assert min(scores) <= (line.mean or 0) <= max(scores)
    assert line.spread == max(scores) - min(scores)
    assert line.is_below == (sum(scores) / len(scores) < threshold)


@given(*[st.integers(0, 9)] * 3)
def test_nobody_decides_before_the_required_reviews_are_in(
    required: int, handed_in: int, outstanding: int
) -> None:
    progress = ReviewProgress(required, handed_in, outstanding)
    assert progress.is_complete == (handed_in >= required)
    assert progress.unassigned == max(required - handed_in - outstanding, 0)


def test_a_track_without_reviews_has_no_threshold() -> None:
    low = consensus([IMPACT], [{"impact": 1}])
    assert ReviewProgress(0, 1, 0, low).below_threshold == []
    assert ReviewProgress(1, 1, 0, low).below_threshold == low


def test_mentions_find_people_and_no_mail_addresses() -> None:
    known = handles([(1, "Ada Lovelace"), (2, "Ada  Lovelace"), (3, "Zoë Ünal"), (4, "明")])
    assert known == {"ada-lovelace": 1, "ada-lovelace-2": 2, "zoe-unal": 3, "reviewer": 4}
    text = "@Ada-Lovelace, see @zoe-unal. mail@ada-lovelace @@reviewer @nobody @ada-lovelace!"
    assert mentioned(text, known) == [1, 3]


def test_what_a_blind_reviewer_reads_is_listed_and_the_rest_hidden() -> None:
    shown = [("title",), ("gpu_hours", "Zellik"), ("answers", "runs"), ("answers", "runs", "1")]
    shown += [("sections", "resources", "runs"), ("sections", "project", "impact")]
    hidden = [("organisation", "name"), ("answers", "signatory"), ("answers", "new"), ("answers",)]
    hidden += [("sections", "people", "deputy"), ("sections", "project", "earlier_awards")]
    assert all(is_shown_blind(path) for path in shown)
    assert not any(is_shown_blind(path) for path in [*hidden, ("people", "1"), ("anything",)])


def test_a_blind_file_name_keeps_only_its_kind() -> None:
    assert blind_file_name("A26-00001", 2, "Klokken NV plan.PDF") == "A26-00001-2.pdf"
    assert blind_file_name("A26-00001", 1, "klokken") == "A26-00001-1"
    assert blind_file_name("A26-00001", 1, "x.klokkennv") == "A26-00001-1"
