import { Anchor } from "@mantine/core";
import { Children, isValidElement, type ReactNode } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "../_components/code-block.tsx";
import { TextLink } from "../_components/links.tsx";
import classes from "./docs.module.css";
import { guideHref, slugOf } from "./slug.ts";

/** Markdown of our own guides; HTML in it is not interpreted. */
export function MarkdownText({ text }: { text: string }) {
  return (
    <Markdown remarkPlugins={[remarkGfm]} components={components}>
      {text}
    </Markdown>
  );
}

const components: Components = {
  h2: ({ children }) => <h2 id={slugOf(textOf(children))}>{children}</h2>,
  h3: ({ children }) => <h3 id={slugOf(textOf(children))}>{children}</h3>,
  h4: ({ children }) => <h4 id={slugOf(textOf(children))}>{children}</h4>,
  a: ({ href = "", children }) => {
    const leads = guideHref(href);
    return /^[/#]/.test(leads) ? (
      <TextLink href={leads} inherit>
        {children}
      </TextLink>
    ) : (
      <Anchor href={leads} inherit>
        {children}
      </Anchor>
    );
  },
  pre: ({ children }) => <CodeBlock code={textOf(children).trimEnd()} label="the example" />,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div className={classes.scroll} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

function textOf(node: ReactNode): string {
  return Children.toArray(node)
    .map((child) => {
      if (isValidElement<{ children?: ReactNode }>(child)) return textOf(child.props.children);
      return typeof child === "string" || typeof child === "number" ? String(child) : "";
    })
    .join("");
}
