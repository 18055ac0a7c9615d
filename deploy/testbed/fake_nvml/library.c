/* A libnvidia-ml.so.1 that plays GPUs from a script (see script.c), for machines without any. */

#define _GNU_SOURCE
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OK, UNINITIALIZED, INVALID, UNSUPPORTED, NOT_FOUND = 6, TOO_SMALL, NO_DRIVER = 9, TIMEOUT };
enum { LOST = 15 };
enum { MEBIBYTE = 1048576, RESERVED = 600 * MEBIBYTE };

typedef unsigned long long u64;
typedef struct { double at; Device *device; } Look;

static int is_open, opened_generation, told_xids;

static int enter(const char *function, const Device *device) {
    read_script();
    double milliseconds = milliseconds_of(function);
    if (milliseconds > 0) {
        struct timespec pause = {milliseconds / 1000, (long)(milliseconds * 1e6) % 1000000000};
        nanosleep(&pause, NULL);
    }
    double at = script_time();
    if (!value_at(at, "driver", NULL, 1)) return NO_DRIVER;
    int failure = failure_of(function);
    if (failure || !strcmp(function, "nvmlInitWithFlags")) return failure;
    if (!is_open || opened_generation != driver_generation(at)) return UNINITIALIZED;
    if (device && value_at(at, "lost", device, 0)) return LOST;
    return OK;
}

#define ENTER(device) do { int code = enter(__func__, device); if (code) return code; } while (0)
#define VALUE(key) value_at(script_time(), key, device, 0)
#define WHOLE_ONLY do { if (device->instance >= 0) return UNSUPPORTED; } while (0)

const char *nvmlErrorString(int code) { return code == LOST ? "GPU is lost" : "an error"; }

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    ENTER(NULL);
    is_open = 1;
    told_xids = 0;
    opened_generation = driver_generation(script_time());
    return OK;
}

int nvmlShutdown(void) { is_open = 0; return OK; }

int nvmlDeviceGetCount_v2(unsigned *count) {
    ENTER(NULL);
    *count = 0;
    for (int i = 0; i < device_count; i++) *count += devices[i].instance < 0;
    return OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device **handle) {
    Device *device = whole(index);
    ENTER(device);
    *handle = device;
    return device ? OK : NOT_FOUND;
}

int nvmlDeviceGetUUID(Device *device, char *text, unsigned size) {
    ENTER(device);
    snprintf(text, size, "%s", device->uuid);
    return OK;
}

int nvmlDeviceGetName(Device *device, char *text, unsigned size) {
    ENTER(device);
    snprintf(text, size, "%s", device->model);
    return OK;
}

int nvmlDeviceGetMinorNumber(Device *device, unsigned *minor) {
    ENTER(device);
    *minor = device->minor;
    return OK;
}

int nvmlDeviceGetMigMode(Device *device, unsigned *current, unsigned *pending) {
    ENTER(device);
    *current = 0;
    for (int i = 0; i < device_count; i++)
        *current |= devices[i].index == device->index && devices[i].instance >= 0;
    *pending = *current;
    return OK;
}

int nvmlDeviceGetMaxMigDeviceCount(Device *device, unsigned *count) {
    ENTER(device);
    *count = 7;
    return OK;
}

int nvmlDeviceGetMigDeviceHandleByIndex(Device *device, unsigned place, Device **handle) {
    ENTER(device);
    for (int i = 0; i < device_count; i++)
        if (devices[i].index == device->index && devices[i].instance >= 0 && place-- == 0) {
            *handle = &devices[i];
            return OK;
        }
    return NOT_FOUND;
}

int nvmlDeviceGetGpuInstanceId(Device *device, unsigned *instance) {
    ENTER(device);
    *instance = device->instance;
    return device->instance < 0 ? UNSUPPORTED : OK;
}

int nvmlDeviceGetUtilizationRates(Device *device, unsigned rates[2]) {
    ENTER(device);
    WHOLE_ONLY;
    rates[0] = VALUE("util"), rates[1] = VALUE("dram");
    return OK;
}

/* The older call counts what the driver keeps for itself as used. */
int nvmlDeviceGetMemoryInfo(Device *device, u64 memory[3]) {
    ENTER(device);
    memory[0] = device->mib * MEBIBYTE, memory[2] = VALUE("mem") * MEBIBYTE + RESERVED;
    memory[1] = memory[0] - memory[2];
    return OK;
}

int nvmlDeviceGetMemoryInfo_v2(Device *device, u64 memory[5]) {
    ENTER(device);
    if ((unsigned)memory[0] != (2u << 24 | 5 * sizeof *memory)) return INVALID;
    memory[1] = device->mib * MEBIBYTE, memory[2] = RESERVED, memory[4] = VALUE("mem") * MEBIBYTE;
    memory[3] = memory[1] - memory[2] - memory[4];
    return OK;
}

int nvmlDeviceGetPowerUsage(Device *device, unsigned *milliwatts) {
    ENTER(device);
    WHOLE_ONLY;
    *milliwatts = VALUE("power") * 1000;
    return OK;
}

int nvmlDeviceGetTotalEnergyConsumption(Device *device, u64 *millijoules) {
    ENTER(device);
    WHOLE_ONLY;
    *millijoules = integral(script_time(), "power", device) * 1000;
    return OK;
}

int nvmlDeviceGetClockInfo(Device *device, int kind, unsigned *mhz) {
    (void)kind;
    ENTER(device);
    *mhz = VALUE("clock");
    return OK;
}

int nvmlDeviceGetTemperature(Device *device, int sensor, unsigned *celsius) {
    (void)sensor;
    ENTER(device);
    *celsius = VALUE("temp");
    return OK;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(Device *device, u64 *reasons) {
    ENTER(device);
    *reasons = VALUE("throttle");
    return OK;
}

int nvmlDeviceGetTotalEccErrors(Device *device, int kind, int counter, u64 *count) {
    (void)counter;
    ENTER(device);
    *count = kind == 1 ? VALUE("ecc") : 0;
    return OK;
}

typedef struct { unsigned pid; u64 memory; unsigned gpu_instance, compute_instance; } ProcessInfo;

int nvmlDeviceGetComputeRunningProcesses_v3(Device *device, unsigned *count, ProcessInfo *infos) {
    ENTER(device);
    unsigned found = 0, room = *count;
    for (int i = 0; i < process_count; i++) {
        Process *process = &processes[i];
        if (process->index != device->index || process->instance != device->instance) continue;
        if (infos && found < room)
            infos[found] = (ProcessInfo){process->pid, process->mib * 1048576, 0, 0};
        found++;
    }
    *count = found;
    return found > room ? TOO_SMALL : OK;
}

typedef struct { unsigned pid; u64 told_at; unsigned sm, memory, encoder, decoder; } ProcessShare;

int nvmlDeviceGetProcessUtilization(Device *device, ProcessShare *shares, unsigned *count,
                                    u64 since) {
    (void)since;
    ENTER(device);
    WHOLE_ONLY;
    unsigned found = 0, room = *count;
    for (int i = 0; i < process_count; i++) {
        Process *process = &processes[i];
        if (process->index != device->index || process->percent < 0) continue;
        if (shares && found < room)
            shares[found] =
                (ProcessShare){process->pid, script_time() * 1e6, process->percent, 0, 0, 0};
        found++;
    }
    *count = found;
    return found == 0 ? NOT_FOUND : found > room ? TOO_SMALL : OK;
}

int nvmlEventSetCreate(void **set) {
    static int only_set;
    ENTER(NULL);
    *set = &only_set;
    return OK;
}

int nvmlDeviceRegisterEvents(Device *device, u64 kinds, void *set) {
    (void)kinds, (void)set;
    ENTER(device);
    return OK;
}

int nvmlEventSetFree(void *set) { (void)set; return OK; }

typedef struct { Device *device; u64 kind, data; unsigned gpu_instance, compute_instance; } Event;

int nvmlEventSetWait_v2(void *set, Event *event, unsigned milliseconds) {
    (void)set, (void)milliseconds;
    ENTER(NULL);
    Device *device = NULL;
    double code = told_xid(script_time(), told_xids, &device);
    if (device == NULL) return TIMEOUT;
    told_xids++;
    *event = (Event){device, 8, code, 0, 0};
    return OK;
}

int nvmlGpmQueryDeviceSupport(Device *device, unsigned support[2]) {
    ENTER(device);
    support[1] = !device->no_gpm;
    return OK;
}

int nvmlGpmSampleAlloc(Look **look) {
    ENTER(NULL);
    *look = calloc(1, sizeof **look);
    return OK;
}

int nvmlGpmSampleFree(Look *look) { free(look); return OK; }

int nvmlGpmSampleGet(Device *device, Look *look) {
    ENTER(device);
    *look = (Look){script_time(), device};
    return OK;
}

int nvmlGpmMigSampleGet(Device *device, unsigned instance, Look *look) {
    ENTER(device);
    for (int i = 0; i < device_count; i++)
        if (devices[i].index == device->index && devices[i].instance == (int)instance) {
            *look = (Look){script_time(), &devices[i]};
            return OK;
        }
    return NOT_FOUND;
}

typedef struct { unsigned id, code; double value; const char *words[3]; } Metric;
typedef struct { unsigned version, count; Look *first, *second; Metric metrics[]; } Metrics;

int nvmlGpmMetricsGet(Metrics *asked) {
    ENTER(NULL);
    Look *first = asked->first, *second = asked->second;
    for (unsigned i = 0; i < asked->count; i++) {
        Metric *metric = &asked->metrics[i];
        const char *key = metric->id == 2 ? "sm" : metric->id == 5 ? "tensor" : "dram";
        double sum = integral(second->at, key, second->device);
        sum -= integral(first->at, key, second->device);
        metric->code = second->at > first->at ? OK : INVALID;
        metric->value = sum / (second->at - first->at);
    }
    return OK;
}
