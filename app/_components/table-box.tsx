import type { ReactNode } from "react";
import classes from "./table-box.module.css";

export function TableBox({ children }: { children: ReactNode }) {
  return <div className={classes.box}>{children}</div>;
}
