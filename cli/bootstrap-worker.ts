/** Entry point of the build's worker threads. */
import "../loader/bootstrap/worker.ts";
