/* A shared object that holds no model. */
int emptyModule(void);
int emptyModule(void) { return 0; }
