/* A module that does nothing, and that a server refuses to load twice. It needs no header: the server's functions are
 * found by the first pointer of the context. `cc -shared -fPIC -nostdlib -o module.so module.c` */
typedef int (*find)(const char *, void *);

int RedisModule_OnLoad(void *context, void **arguments, int count) {
    find function = (find)((void **)context)[0];
    void (*name)(void *, const char *, int, int) = 0;
    int (*busy)(const char *) = 0;
    (void)arguments;
    (void)count;
    function("RedisModule_SetModuleAttribs", (void *)&name);
    function("RedisModule_IsModuleNameBusy", (void *)&busy);
    if (busy("tiny")) return 1;
    name(context, "tiny", 1, 1);
    return 0;
}
