"""Who may do what: every act, role, kind of client and scope."""

from itertools import product

import pytest

from waglan.codes.party import PartyId
from waglan.parties.permission import ALLOWED, Act, refusal
from waglan.parties.role import ClientKind, Principal, Role, Scope

# The table once more, as an officer would read it aloud: act | who | by what | with which scope.
SPOKEN = """
read                  | anybody                          | person machine ai | read
check                 | anybody                          | person machine ai | read
file                  | forwarder carrier trader trucker | person machine    | file
hand-in | forwarder carrier trader trucker terminal lock-operator park | person machine | file
report                | terminal carrier trucker lock-operator park forwarder |person machine|file
answer-notice | forwarder carrier trader trucker terminal lock-operator park | person machine | file
prepare               | forwarder carrier trader trucker | person machine    | prepare file
record-letter         | forwarder carrier trader trucker | person            | file
name-approver         | forwarder carrier trader trucker | person            | admin
give-cover            | forwarder carrier trader trucker | person            | file
set-filing-rule       | forwarder carrier trader trucker | person            | admin
give-grant            | forwarder carrier trader trucker | person machine    | file
revoke-grant          | forwarder carrier trader trucker | person machine    | file
pledge                | forwarder carrier trader trucker bank | person machine | file
open-lock             | trucker lock-operator            | person machine    | file
decide                | customs                          | person machine    | decide
serve-notice          | customs                          | person machine    | decide
sign-order            | customs                          | person            | decide
revoke-order          | customs                          | person            | decide
publish-table         | customs                          | person            | decide
read-targeting        | customs                          | person            | decide
issue-token           | anybody                          | person            | admin
revoke-token          | anybody                          | person machine    | admin
register-credential   | anybody                          | person            | admin
register-person       | anybody                          | person            | admin
read-looks            | anybody                          | person machine    | admin
keep-account          | anybody                          | person            | read
register-organisation | operator                         | person machine    | operate
readmit-organisation | operator                         | person            | operate
set-profile           | operator                         | person machine    | operate
publish-key           | operator                         | person            | operate
erase                 | operator                         | person            | operate
provision-device      | operator                         | person machine    | operate
keep-device           | trucker lock-operator            | person machine    | admin
keep-webhook          | anybody                          | person machine    | admin
bundle                | forwarder carrier trader trucker | person machine    | file
plan-trip             | trucker lock-operator            | person machine    | file
order-on-trip         | customs                          | person            | decide
publish-ground         | customs                          | person            | decide
judge-trip            | customs                          | person machine    | decide
handle-alarm          | customs                          | person            | decide
"""


def spoken() -> set[tuple[str, str, str, str]]:
    allowed = set()
    for line in SPOKEN.strip().splitlines():
        act, roles, clients, scope = (cell.strip() for cell in line.split("|"))
        who = [role.value for role in Role] if roles == "anybody" else roles.split()
        allowed |= set(product([act], who, clients.split(), scope.split()))
    return allowed


def principal(*roles: Role, client: ClientKind, scopes: set[Scope]) -> Principal:
    who = None if client is ClientKind.AI else "subject-1"
    return Principal(PartyId("org"), frozenset(roles), client, frozenset(scopes), "t1", who)


def test_every_act_is_allowed_or_refused_as_it_was_said() -> None:
    allowed = spoken()
    for act, role, client, scope in product(Act, Role, ClientKind, Scope):
        answer = refusal(principal(role, client=client, scopes={scope}), act)
        may = (act.value, role.value, client.value, scope.value) in allowed
        assert (answer is None) == may, (act, role, client, scope)


def test_no_act_is_without_its_line_in_the_table() -> None:
    assert set(ALLOWED) == set(Act)


@pytest.mark.parametrize("act", [act for act in Act if act not in (Act.READ, Act.CHECK)])
def test_an_assistant_with_every_role_and_scope_may_still_only_look_and_check(act: Act) -> None:
    answer = refusal(principal(*Role, client=ClientKind.AI, scopes=set(Scope)), act)
    assert answer is not None
    assert answer.code == "PARTY-AI-REFUSED"


@pytest.mark.parametrize("act", [act for act in Act if act not in (Act.READ, Act.CHECK)])
@pytest.mark.parametrize("client", [ClientKind.PERSON, ClientKind.MACHINE])
def test_nothing_that_binds_is_done_by_a_token_that_nobody_answers_for(
    act: Act, client: ClientKind
) -> None:
    nobody = Principal(PartyId("o"), frozenset(Role), client, frozenset(Scope), "t", None)
    assert refusal(nobody, act) is not None


def test_the_answer_says_what_is_lacking() -> None:
    clerk = principal(Role.CUSTOMS, client=ClientKind.PERSON, scopes={Scope.READ})
    robot = principal(Role.CUSTOMS, client=ClientKind.MACHINE, scopes={Scope.DECIDE})
    line = principal(Role.CARRIER, client=ClientKind.PERSON, scopes={Scope.DECIDE})
    nobody = Principal(
        PartyId("o"), frozenset({Role.CARRIER}), ClientKind.MACHINE, frozenset(Scope), "t", None
    )
    assert [
        (finding.code, finding.params.get("roles"), finding.params.get("scope"))
        for finding in (
            refusal(clerk, Act.SIGN_ORDER),
            refusal(robot, Act.SIGN_ORDER),
            refusal(line, Act.SIGN_ORDER),
            refusal(nobody, Act.FILE),
        )
        if finding
    ] == [
        ("PARTY-SCOPE-NEEDED", None, "decide"),
        ("PARTY-PERSON-NEEDED", None, None),
        ("PARTY-ROLE-NEEDED", "customs", None),
        ("PARTY-NOBODY-ANSWERS", None, None),
    ]
