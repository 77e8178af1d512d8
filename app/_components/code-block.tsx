"use client";

import classes from "./code-block.module.css";
import { CopyIcon } from "./copy-icon.tsx";

/** Code to copy; long lines wrap, so that all of it is seen. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.box}>
      <pre className={classes.code}>{code}</pre>
      <div className={classes.copy}>
        <CopyIcon value={code} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}
