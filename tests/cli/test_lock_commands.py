"""`waglan lock`, on a running instance."""

from command_line import CommandLine
from running_instance import Instance


def test_a_lock_is_entered_listed_put_on_a_vehicle_and_given_a_code(
    instance: Instance, waglan: CommandLine
) -> None:
    haulier = instance.let_in("sample-haulier", "trucker")
    waglan.operates(instance).signs_in(instance.operator.headers["authorization"])
    told = ("lock", "add", "sample-haulier", "013811110000", "--maker", "m", "--model", "G-360P")
    lock = waglan(*told).out.strip()
    waglan.signs_in(haulier.headers["authorization"])
    assert f"{lock}  jtt808 013811110000  m G-360P" in waglan("lock", "list").out
    put = ("lock", "install", lock, "SAMPLE1", "--installer", "Sample Workshop")
    installed = waglan(*put).out.strip()
    [one] = haulier.get(f"/v1/locks/{lock}/installations").json()
    assert (one["id"], one["vehicle"]) == (installed, "SAMPLE1")
    assert len(bytes.fromhex(waglan("lock", "code", lock).out.strip())) == 16


def test_the_doctor_warns_of_a_line_on_which_anybody_may_speak(
    instance: Instance, waglan: CommandLine
) -> None:
    waglan.operates(instance)
    waglan.set("WAGLAN_DEVICES", "jtt808 127.0.0.1:7611, jointech 0.0.0.0:7711 plain")
    told = waglan("doctor").out
    assert "Anybody who reaches 0.0.0.0, port 7711 may speak there" in told
    assert "7611 may" not in told
