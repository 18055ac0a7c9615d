/* The script that the pretended GPUs follow; see script.c for its form. */

#ifndef SCRIPT_H
#define SCRIPT_H

enum { MOST_DEVICES = 64 };

typedef struct { int index, instance, minor, no_gpm; double mib; char uuid[80], model[64]; } Device;
typedef struct { int index, instance; unsigned pid; double mib, percent; } Process;

extern Device devices[];
extern Process processes[];
extern int device_count, process_count;

/* Read the script again if it has changed. */
void read_script(void);

/* Seconds since the script's beginning. */
double script_time(void);

/* The whole GPU of that number, or NULL. */
Device *whole(int index);

/* A key's value at a moment, `otherwise` before it is first set. */
double value_at(double at, const char *key, const Device *device, double otherwise);

/* The sum of a key's values over the script's time until a moment; of power, its settings, too. */
double integral(double at, const char *key, const Device *device);

/* How often the driver had been unloaded until a moment. */
int driver_generation(double at);

/* The code of the error of that number, the first being 0, and its GPU; NULL if not so far. */
double told_xid(double at, int number, Device **device);

/* What the script says of a function: the error that it answers (0: none), and how slow it is. */
int failure_of(const char *function);
double milliseconds_of(const char *function);

#endif
