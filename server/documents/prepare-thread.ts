/**
 * Entry of the worker thread that prepare.ts starts: reads the one document it was given, answers, ends.
 */
import { parentPort, workerData } from "node:worker_threads";
import { prepare } from "./prepare.ts";

parentPort?.postMessage(prepare(workerData.content, workerData.declared));
