/** What bin/chaos.mjs found and made: programs, the user PostgreSQL runs as, a folder for everything. */
import { z } from "zod";

export const setting = z
  .object({
    programs: z.object({ postgres: z.string(), redis: z.string() }),
    user: z.object({ uid: z.int(), gid: z.int() }).nullable(),
    folder: z.string(),
  })
  .parse(JSON.parse(process.env.CHAOS ?? "null"), { error: () => "Start this with: npm run chaos" });
