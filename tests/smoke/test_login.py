"""Users: automatic login, login with a password, su, passwd, who is there."""
import re

from machine import STATUS_PROMPT, Machine

PASSWORD = "martlet"


def answer(machine, prompt, text):
    machine.expect(prompt)
    machine.send(text + "\r")


def test_the_live_user_is_logged_in_and_becomes_root():
    with Machine("login-live", append="martlet.login=martlet quiet") as machine:
        machine.wait_for_prompt()
        assert "Welcome to Martlet" in machine.serial.before
        output, _ = machine.run("id; pwd; echo $HOME $SHELL $USER $LOGNAME; tty; stat -c '%U %a' $(tty)")
        assert output.splitlines() == [
            "uid=1000(martlet) gid=1000(martlet) groups=1000(martlet),4(adm),10(wheel)", "/home/martlet",
            "/home/martlet /bin/sh martlet martlet", "/dev/ttyS0", "martlet 620"]
        assert machine.run("cat /etc/shadow")[1] != 0
        who, _ = machine.run("who; who -q | tail -n 1; uptime")
        assert re.search(r"^martlet +ttyS0 ", who, re.M) and "# users=2" in who and " 2 users," in who
        # su: a wrong password, then the right one.
        machine.send("su\r")
        answer(machine, "Password: ", "wrong")
        machine.expect("su: authentication failed")
        machine.send("su - -c 'id -un; pwd; echo $PATH'\r")
        answer(machine, "Password: ", PASSWORD)
        machine.expect(r"root\r*\n/root\r*\n")
        machine.send("su\r")
        answer(machine, "Password: ", PASSWORD)
        machine.expect(r"\[0\]ready |# ")
        machine.has_status_prompt = False
        assert machine.run("id -u; grep -c 'failed su of martlet on ttyS0 to root' /var/log/messages")[0] == "0\n1"
        machine.send("exit\r")
        machine.expect(r"\]ready ")
        machine.send("logout\r")
        machine.expect("Welcome to Martlet")
        machine.wait_for_prompt()
        # The live user may end the system.
        machine.send("poweroff\r")
        assert machine.wait_for_exit() == 0


def test_login_asks_for_name_and_password():
    with Machine("login-ask", append="martlet.login=ask quiet") as machine:
        answer(machine, "martlet login: ", "root")
        answer(machine, "Password: ", "wrong")
        machine.expect("login incorrect")
        answer(machine, "martlet login: ", "nosuchuser")
        answer(machine, "Password: ", PASSWORD)
        machine.expect("login incorrect")
        answer(machine, "martlet login: ", "root")
        answer(machine, "Password: ", PASSWORD)
        machine.wait_for_prompt()
        assert machine.run("id -un; who -m")[0].startswith("root\nroot ")
        # passwd: root changes the user's, the user logs in with it and changes it again.
        assert machine.run("printf 'secret-1\\nsecret-1\\n' | passwd martlet; stat -c '%a %U' /etc/shadow") == ("600 root", 0)
        assert machine.run("printf 'secret-1\\nsecret-1\\n' | passwd nosuchuser")[1] == 1
        assert machine.run("passwd -l nobody >/dev/null; passwd -S nobody; passwd -S martlet")[0] == "nobody L\nmartlet P"
        # A password that is older than shadow(5) lets it be is changed before the session begins.
        machine.run("sed -i 's/^martlet:\\([^:]*\\):[0-9]*:[0-9]*:[0-9]*:/martlet:\\1:1:0:90:/' /etc/shadow")
        machine.send("exit\r")
        answer(machine, "martlet login: ", "martlet")
        answer(machine, "Password: ", "secret-1")
        machine.expect("has to be changed now")
        answer(machine, "New password: ", "secret-1b")
        answer(machine, "Again: ", "secret-1b")
        machine.has_status_prompt = False
        machine.wait_for_prompt()
        assert machine.run("id -un")[0] == "martlet"
        machine.send("passwd\r")
        answer(machine, "Current password: ", "secret-1b")
        answer(machine, "New password: ", "secret-22")
        answer(machine, "Again: ", "secret-22")
        machine.expect("The password of martlet is changed")
        machine.expect(STATUS_PROMPT)
        assert machine.run("printf 'secret-22\\n' | su martlet -c 'id -un'")[0] == "martlet"
        assert machine.run("passwd -d root")[1] == 1
        assert machine.run("login -f root")[1] == 1
        assert machine.run("(exec -a getty /bin/login) 2>&1 || /sbin/getty")[1] == 1
        assert machine.run("ls /etc/shadow.new 2>&1")[1] != 0
        machine.send("poweroff\r")
        assert machine.wait_for_exit() == 0


def test_the_rescue_target_starts_a_root_shell_only():
    with Machine("rescue", append="rescue quiet martlet.login=") as machine:
        machine.wait_for_prompt()
        assert machine.run("id -u; svc list | grep -c running") == ("0\n2", 0)
        machine.send("reboot\r")
        assert machine.wait_for_exit() == 0
