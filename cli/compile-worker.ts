/** Entry point of the threads that compile. */
import "../loader/compile-worker.ts";
