import { ProblemText } from "./problem-text.tsx";

/** What is told after a press that did not count: see use-deliberate.ts. */
export function DeliberateNote({ press }: { press: string }) {
  return (
    <ProblemText
      detail="This window had only just come to the front."
      hint={`If you meant it, press ${press} once more.`}
    />
  );
}
