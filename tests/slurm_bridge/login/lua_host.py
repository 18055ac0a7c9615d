"""job_submit.lua in the very Lua that slurmctld loads, without a slurmctld around it."""

import ctypes
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.slurm_files import EXAMPLES

LIBRARY = "liblua5.1.so.0"
PORTAL = "https://portal.example.org"

_SLURM = """
slurm = { NO_VAL = 4294967294, SUCCESS = 0, ERROR = -1, ESLURM_ACCOUNTING_POLICY = 2050 }
told, logged = "", ""
function slurm.user_msg(text) told = text end
function slurm.log_error(form, ...) logged = string.format(form, ...) end
h200 = { name = "h200", flag_default = 1, default_time = 60, max_time = 2880 }
ia = { name = "ia", flag_default = 0, default_time = 4294967294, max_time = 600 }
PARTITIONS = { h200 = h200, ia = ia }
function submit(job, times)
  local code
  for _ = 1, times do
    told, logged = "", ""
    code = slurm_job_submit(job, PARTITIONS, job.user_id or 0)
  end
  return code .. "\\n" .. logged .. "\\n" .. told
end
"""


@dataclass(frozen=True)
class Verdict:
    """What slurmctld and the user get to know."""

    code: int
    logged: str
    told: str

    @property
    def passes(self) -> bool:
        return self.code == 0 and not self.told


class LuaHost:
    """One slurmctld's Lua state, which lives on from one job to the next."""

    def __init__(self, folder: Path) -> None:
        self._lua = ctypes.CDLL(LIBRARY)
        self._lua.luaL_newstate.restype = ctypes.c_void_p
        self._lua.lua_tolstring.restype = ctypes.c_char_p
        self._state = ctypes.c_void_p(self._lua.luaL_newstate())
        self._lua.luaL_openlibs(self._state)
        script = (EXAMPLES / "job_submit.lua").read_text()
        self.run(_SLURM)
        self.run(script.replace("/var/lib/belfry-login", str(folder)))

    def close(self) -> None:
        self._lua.lua_close(self._state)

    def run(self, code: str) -> str:
        failed = self._lua.luaL_loadstring(self._state, code.encode()) or self._lua.lua_pcall(
            self._state, 0, 1, 0
        )
        answer: bytes = self._lua.lua_tolstring(self._state, -1, None) or b""
        self._lua.lua_settop(self._state, 0)
        assert not failed, answer
        return answer.decode(errors="replace")

    def submit(self, *, times: int = 1, **job: object) -> Verdict:
        fields = ", ".join(f"{name} = {_literal(value)}" for name, value in job.items())
        code, logged, told = self.run(f"return submit({{ {fields} }}, {times})").split("\n", 2)
        return Verdict(int(code), logged, told)


def _literal(value: object) -> str:
    if isinstance(value, str):
        return '"' + "".join(f"\\{byte:03}" for byte in value.encode()) + '"'
    return str(value)
