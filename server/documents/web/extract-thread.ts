/** Entry of the worker thread that extract-aside.ts starts: the one page it was given, then it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { extractPage } from "./extract.ts";

parentPort?.postMessage(extractPage(workerData));
