-- Says in plain words why a job of a Belfry project is refused, while its user still looks.
-- Copy it beside slurm.conf, and set JobSubmitPlugins=lua (belfry.conf does).
--
-- It reads one local file, which the site's bridge writes. If that file is missing, incomplete or
-- old, or if anything here fails, the job passes: Slurm itself enforces every rule anyway. Jobs of
-- accounts that are not Belfry's pass untouched. Nothing here asks the network.

local FOLDER = "/var/lib/belfry-login"  -- `login_dir` of the bridge, on a disk of this host
local MAX_AGE_SECONDS = 600
local MAX_CLOCK_DIFFERENCE_SECONDS = 60
local MAX_BYTES = 16 * 1024 * 1024
local MAX_HEADER_BYTES = 1024
local LONGEST_ECHO = 64
local MINUTES_AN_HOUR = 60
local UNSET = slurm.NO_VAL       -- 0xfffffffe; one more means "without limit"
local UNSET_16 = 65534

-- What was read last; slurmctld keeps it from one job to the next.
local known = { digest = nil, portal = "", projects = {}, partitions = {} }

-- Small forms ------------------------------------------------------------------------------------

-- What a user typed, safe to show on a terminal.
local function shown(text)
  return (tostring(text):gsub("[%c\127-\255]", "?"):sub(1, LONGEST_ECHO))
end

local function split(text, separator)
  local parts = {}
  for part in (text .. separator):gmatch("(.-)" .. separator) do
    parts[#parts + 1] = part
  end
  return parts
end

local function words(text)
  local found = {}
  for word in (text or ""):gmatch("[^,]+") do
    found[#found + 1] = word
  end
  return found
end

local function has_word(text, word)
  return ("," .. text .. ","):find("," .. word .. ",", 1, true) ~= nil
end

-- Cut off, or rounded up: what is left must never look like enough where it is not.
local function hours(minutes, round)
  local tenths = (round or math.floor)(minutes * 10 / MINUTES_AN_HOUR)
  return (string.format("%.1f", tenths / 10):gsub("%.0$", ""))
end

-- Slurm hands over every number as a float, which newer Luas would write as 2.0.
local function whole(number)
  return string.format("%d", number)
end

local function is_set(number)
  return type(number) == "number" and number >= 0 and number < UNSET and number ~= UNSET_16
end

-- The bridge's file ------------------------------------------------------------------------------

local function parsed_project(line)
  local field = split(line, "\t")
  return {
    account = field[2], status = field[3],
    granted = tonumber(field[4]), used = tonumber(field[5]), reserved = tonumber(field[6]),
    ends_on = field[7], partitions = field[8], uids = field[9], reason = field[10],
  }
end

-- Lines are only sorted here, and taken apart when a job asks for one.
local function parsed(text, digest, portal)
  local fresh = { digest = digest, portal = portal, projects = {}, partitions = {} }
  local complete = false
  for line in text:gmatch("[^\n]+") do
    local kind, name = line:match("^(%a+)\t?([^\t]*)")
    if kind == "project" then
      fresh.projects[name] = line
    elseif kind == "partition" then
      local field = split(line, "\t")
      fresh.partitions[name] = { managed = field[3] == "1", types = field[4] or "" }
    elseif kind == "end" then
      complete = true
    end
  end
  return complete and fresh or nil
end

-- What the bridge has written; nil if that cannot be relied on.
local function site_state()
  local file = io.open(FOLDER .. "/submit.tsv", "r")
  if not file then
    return nil
  end
  local header = (file:read(MAX_HEADER_BYTES) or ""):match("^[^\n]*")
  local written_at, digest, portal = header:match("^belfry\t1\t(%d+)\t(%x+)\t([^\t]*)$")
  local age = written_at and os.time() - tonumber(written_at)
  if not age or age > MAX_AGE_SECONDS or age < -MAX_CLOCK_DIFFERENCE_SECONDS then
    file:close()
    return nil
  end
  if digest ~= known.digest then
    file:seek("set", 0)
    local text = file:read(MAX_BYTES + 1) or ""
    local fresh = #text <= MAX_BYTES and parsed(text, digest, portal) or nil
    if not fresh then
      file:close()
      return nil
    end
    known = fresh
  end
  file:close()
  return known
end

local function projects_of(state, uid)
  local open, closed = {}, {}
  for _, line in pairs(state.projects) do
    if line:find(uid, 1, true) then
      local project = parsed_project(line)
      if has_word(project.uids, uid) then
        local list = project.status == "open" and open or closed
        list[#list + 1] = project.account
      end
    end
  end
  table.sort(open)
  table.sort(closed)
  return open, closed
end

local function yours(state, uid)
  local open, closed = projects_of(state, uid)
  if #open > 0 then
    return "Your projects here: " .. table.concat(open, ", ") .. "."
  elseif #closed > 0 then
    return "Your projects here have ended or are suspended: " .. table.concat(closed, ", ") .. "."
  end
  return "You have no project here."
end

-- What a job asks for ----------------------------------------------------------------------------

-- Each request of one list such as `gres:gpu:h200:2,gres/shard:1`: its name, type and count.
local function requests(text)
  local found = {}
  for item in (text or ""):gmatch("[^,]+") do
    local request = item:gsub("^gres[:/]", ""):gsub("=", ":"):gsub("%(.*$", "")
    local part = split(request, ":")
    local count = tonumber(part[#part])
    local kind = part[2]
    if kind and tonumber(kind) then
      kind = nil
    end
    found[#found + 1] = { name = part[1], kind = kind, count = count or (#part < 3 and 1) }
  end
  return found
end

local function gpus_in(text)
  local sum = 0
  for _, request in ipairs(requests(text)) do
    if request.name == "gpu" then
      sum = sum + (request.count or 0)
    end
  end
  return sum
end

-- The fewest GPUs that the job can come to: nothing is refused by guesswork.
local function fewest_gpus(job)
  local nodes = is_set(job.min_nodes) and math.max(1, job.min_nodes) or 1
  local tasks = is_set(job.num_tasks) and math.max(1, job.num_tasks) or 1
  return math.max(
    gpus_in(job.tres_per_job), nodes * gpus_in(job.tres_per_node),
    tasks * gpus_in(job.tres_per_task), nodes * gpus_in(job.tres_per_socket)
  )
end

local function partitions_of(job, partitions)
  local asked = words(job.partition)
  if #asked > 0 then
    return asked
  end
  for name, partition in pairs(partitions) do
    if partition.flag_default == 1 then
      return { name }
    end
  end
  return {}
end

-- The job's time limit in minutes, or the shortest that its partitions would give it; else nil.
local function minutes_of(job, asked, partitions)
  if is_set(job.time_limit) then
    return job.time_limit
  end
  local shortest = nil
  for _, name in ipairs(asked) do
    local partition = partitions[name] or {}
    local minutes = is_set(partition.default_time) and partition.default_time or partition.max_time
    if not is_set(minutes) then
      return nil
    end
    shortest = math.min(shortest or minutes, minutes)
  end
  return shortest
end

-- The rules: each gives a sentence, or nil if it has nothing against the job -----------------------

local function no_account(state, job, uid)
  local default = (job.default_account or ""):lower()
  if default ~= "" and not state.projects[default] then
    return nil  -- Whoever works for a foreign account by default is none of our business.
  end
  local open, ended = projects_of(state, uid)
  if #open + #ended == 0 then
    return nil
  end
  return "Say which project pays for this job: add --account=PROJECT, or set SBATCH_ACCOUNT. "
    .. yours(state, uid)
end

local function closed(project)
  if project.status == "expired" then
    return "Project " .. project.account .. " expired; its last day was "
      .. (project.ends_on ~= "" and project.ends_on or "in the past")
      .. ". What runs may end; ask for an extension in the portal."
  elseif project.status == "suspended" then
    return "Project " .. project.account .. " takes no new jobs: " .. project.reason
      .. ". Its leader can answer in the portal."
  end
  return nil
end

local function not_a_member(state, project, uid)
  if has_word(project.uids, uid) then
    return nil
  end
  return "You are no member of project " .. project.account .. ". " .. yours(state, uid)
end

local function foreign_partition(state, project, asked)
  for _, name in ipairs(asked) do
    local partition = state.partitions[name]
    if partition and partition.managed and not has_word(project.partitions, name) then
      return "Partition " .. shown(name) .. " is not open to project " .. project.account
        .. ". Its partitions: " .. table.concat(words(project.partitions), ", ")
        .. ". Add --partition=NAME."
    end
  end
  return nil
end

local function wrong_gpu_type(state, job, asked)
  local types, where = {}, table.concat(asked, ",")
  for _, name in ipairs(asked) do
    local partition = state.partitions[name]
    if not partition or partition.types == "" then
      return nil
    end
    types[#types + 1] = partition.types
  end
  local all = table.concat(types, ",")
  for _, text in ipairs({ job.tres_per_node or "", job.tres_per_job or "",
                          job.tres_per_task or "", job.tres_per_socket or "" }) do
    for _, request in ipairs(requests(text)) do
      local example = words(all)[1]
      if example and request.name == "gpu" and request.kind and not has_word(all, request.kind) then
        return "Partition " .. shown(where) .. " has no GPUs of type " .. shown(request.kind)
          .. ". Write --gres=gpu:" .. example .. ":N, or --gres=gpu:N for any type."
          .. " Its types: " .. all:gsub(",", ", ") .. "."
      end
    end
  end
  return nil
end

local function over_budget(project, job, asked, partitions)
  local minutes = minutes_of(job, asked, partitions)
  local gpus = fewest_gpus(job)
  if not minutes or gpus == 0 or not project.granted or not project.used then
    return nil
  end
  local need, left = gpus * minutes, math.max(0, project.granted - project.used)
  if need <= left then
    return nil  -- What running jobs hold may yet come back: then the job waits, and Slurm knows.
  end
  return "Project " .. project.account .. " has " .. hours(left) .. " of "
    .. hours(project.granted) .. " GPU-hours left, and this job could need " .. hours(need, math.ceil)
    .. " (" .. whole(gpus) .. " GPUs for " .. hours(minutes)
    .. " h). Ask for less time or fewer GPUs, or for more hours in the portal."
end

local function objection(state, job, partitions)
  local uid = whole(job.user_id)
  if job.account == nil or job.account == "" then
    return no_account(state, job, uid), ""
  end
  local line = state.projects[job.account:lower()]
  if not line then
    return nil
  end
  local project = parsed_project(line)
  local asked = partitions_of(job, partitions)
  local reason = not_a_member(state, project, uid)
  if reason then
    return reason, ""
  end
  return closed(project) or foreign_partition(state, project, asked)
    or wrong_gpu_type(state, job, asked) or over_budget(project, job, asked, partitions),
    project.account .. "/"
end

local function answer(job, partitions)
  if job.user_id == 0 then
    return nil
  end
  local state = site_state()
  if not state then
    return nil
  end
  local reason, page = objection(state, job, partitions)
  return reason and reason .. "\n" .. state.portal .. "/projects/" .. page
end

-- What slurmctld calls -----------------------------------------------------------------------------

function slurm_job_submit(job, partitions, submit_uid)
  local fine, message = pcall(answer, job, partitions)
  if not fine then
    slurm.log_error("job_submit.lua: %s; the job passes", shown(message))
    return slurm.SUCCESS
  end
  if message then
    slurm.user_msg(message)
    return slurm.ESLURM_ACCOUNTING_POLICY or slurm.ERROR
  end
  return slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, modify_uid)
  return slurm.SUCCESS
end

return slurm.SUCCESS
