/* A script for pretended GPUs: the file that FAKE_NVML_SCRIPT names, read anew whenever it changes.

     start EPOCH                         when the script's second 0 is; without it, at first reading
     gpu INDEX UUID MINOR MODEL MIB      a GPU
     mig INDEX INSTANCE UUID MIB         an instance of that GPU, which is then in MIG mode
     no-gpm INDEX                        a GPU older than Hopper
     at SECONDS GPU KEY VALUE            from then on; GPU is INDEX, INDEX.INSTANCE or *
     process GPU PID MIB PERCENT         a process; PERCENT -1: NVML does not tell
     fail FUNCTION CODE                  that call, or `all` but nvmlInit, answers an error
     slow FUNCTION MILLISECONDS          that call, or `all`, takes so long

   Keys: util mem power sm tensor dram temp clock throttle ecc (as NVML gives them, mem in MiB,
   power in W), energy (sets the counter, in J), xid (an error at that moment), lost (0 or 1), and of
   the GPU * driver (0 unloaded, 1 loaded). Lines `at` come in the order of time.
   Power is integrated exactly, so what a job used can be worked out from the script. */

#define _GNU_SOURCE
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { MOST_STEPS = 4096, MOST_RULES = 64, MOST_PROCESSES = 64 };

typedef struct { double at, value; int index, instance; char key[16]; } Step;
typedef struct { char name[64]; double value; } Rule;

Device devices[MOST_DEVICES];
Process processes[MOST_PROCESSES];
int device_count, process_count;

static Step steps[MOST_STEPS];
static Rule fails[MOST_RULES], slows[MOST_RULES];
static int step_count, fail_count, slow_count;
static double start;
static struct timespec read_at;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

double script_time(void) { return now() - start; }

Device *whole(int index) {
    for (int i = 0; i < device_count; i++)
        if (devices[i].index == index && devices[i].instance < 0) return &devices[i];
    return NULL;
}

static void place(const char *word, int *index, int *instance) {
    *index = *instance = -1;
    if (strcmp(word, "*") != 0) sscanf(word, "%d.%d", index, instance);
}

static void add_device(int index, int instance, const char *uuid, int minor, const char *model,
                       double mib) {
    if (device_count == MOST_DEVICES) return;
    Device *device = &devices[device_count++];
    memset(device, 0, sizeof *device);
    device->index = index, device->instance = instance, device->minor = minor, device->mib = mib;
    snprintf(device->uuid, sizeof device->uuid, "%s", uuid);
    snprintf(device->model, sizeof device->model, "%s", model);
}

static void add_step(double at, const char *gpu, const char *key, double value) {
    if (step_count == MOST_STEPS) return;
    Step *step = &steps[step_count++];
    step->at = at, step->value = value;
    place(gpu, &step->index, &step->instance);
    snprintf(step->key, sizeof step->key, "%.15s", key);
}

static void add_process(const char *gpu, unsigned pid, double mib, double percent) {
    if (process_count == MOST_PROCESSES) return;
    Process *process = &processes[process_count++];
    place(gpu, &process->index, &process->instance);
    process->pid = pid, process->mib = mib, process->percent = percent;
}

static void add_rule(Rule *rules, int *count, const char *function, double value) {
    if (*count == MOST_RULES) return;
    snprintf(rules[*count].name, sizeof rules[*count].name, "%s", function);
    rules[(*count)++].value = value;
}

static void read_line(const char *line) {
    char word[64], uuid[80], model[64];
    int index, instance, minor;
    double at, value, other;
    unsigned pid;
    if (sscanf(line, "start %lf", &at) == 1) start = at;
    else if (sscanf(line, "gpu %d %79s %d %63s %lf", &index, uuid, &minor, model, &value) == 5)
        add_device(index, -1, uuid, minor, model, value);
    else if (sscanf(line, "mig %d %d %79s %lf", &index, &instance, uuid, &value) == 4)
        add_device(index, instance, uuid, 0, "MIG", value);
    else if (sscanf(line, "no-gpm %d", &index) == 1 && whole(index)) whole(index)->no_gpm = 1;
    else if (sscanf(line, "at %lf %63s %63s %lf", &at, word, model, &value) == 4)
        add_step(at, word, model, value);
    else if (sscanf(line, "process %63s %u %lf %lf", word, &pid, &value, &other) == 4)
        add_process(word, pid, value, other);
    else if (sscanf(line, "fail %63s %lf", word, &value) == 2)
        add_rule(fails, &fail_count, word, value);
    else if (sscanf(line, "slow %63s %lf", word, &value) == 2)
        add_rule(slows, &slow_count, word, value);
}

void read_script(void) {
    const char *path = getenv("FAKE_NVML_SCRIPT");
    struct stat status;
    if (!path || stat(path, &status)) { device_count = 0; return; }
    if (!memcmp(&status.st_mtim, &read_at, sizeof read_at)) return;
    read_at = status.st_mtim;
    device_count = step_count = process_count = fail_count = slow_count = 0;
    FILE *file = fopen(path, "r");
    char line[512];
    while (file && fgets(line, sizeof line, file)) read_line(line);
    if (file) fclose(file);
    if (start == 0) start = now();
}

static int is_of(const Step *step, const char *key, const Device *device) {
    if (strcmp(step->key, key)) return 0;
    if (step->index < 0) return 1;
    return device && step->index == device->index && step->instance == device->instance;
}

double value_at(double at, const char *key, const Device *device, double otherwise) {
    double value = otherwise;
    for (int i = 0; i < step_count && steps[i].at <= at; i++)
        if (is_of(&steps[i], key, device)) value = steps[i].value;
    return value;
}

double integral(double at, const char *key, const Device *device) {
    double sum = 0, value = 0, since = 0;
    for (int i = 0; i < step_count && steps[i].at <= at; i++) {
        int sets = !strcmp(key, "power") && is_of(&steps[i], "energy", device);
        if (!sets && !is_of(&steps[i], key, device)) continue;
        sum = sets ? steps[i].value : sum + value * (steps[i].at - since);
        since = steps[i].at;
        if (!sets) value = steps[i].value;
    }
    return sum + value * (at - since);
}

int driver_generation(double at) {
    int count = 0, was_loaded = 1;
    for (int i = 0; i < step_count && steps[i].at <= at; i++)
        if (!strcmp(steps[i].key, "driver")) {
            count += was_loaded && !steps[i].value;
            was_loaded = steps[i].value != 0;
        }
    return count;
}

double told_xid(double at, int number, Device **device) {
    for (int i = 0; i < step_count && steps[i].at <= at; i++)
        if (!strcmp(steps[i].key, "xid") && number-- == 0) {
            *device = whole(steps[i].index);
            return steps[i].value;
        }
    return 0;
}

int failure_of(const char *function) {
    int opens = !strcmp(function, "nvmlInitWithFlags");
    for (int i = 0; i < fail_count; i++)
        if (!strcmp(fails[i].name, function) || (!opens && !strcmp(fails[i].name, "all")))
            return fails[i].value;
    return 0;
}

double milliseconds_of(const char *function) {
    double sum = 0;
    for (int i = 0; i < slow_count; i++)
        if (!strcmp(slows[i].name, function) || !strcmp(slows[i].name, "all"))
            sum += slows[i].value;
    return sum;
}
