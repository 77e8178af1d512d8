import { Title } from "@mantine/core";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import classes from "../docs.module.css";
import { listGuides } from "../guides.ts";
import { MarkdownText } from "../markdown-text.tsx";

async function guideOf({ params }: PageProps<"/docs/[guide]">) {
  const { guide: slug } = await params;
  return (await listGuides()).find((guide) => guide.slug === slug);
}

export async function generateMetadata(props: PageProps<"/docs/[guide]">): Promise<Metadata> {
  return { title: (await guideOf(props))?.title ?? "Not found" };
}

export default async function GuidePage(props: PageProps<"/docs/[guide]">) {
  const guide = await guideOf(props);
  if (!guide) notFound();
  return (
    <article className={classes.prose}>
      <Title order={1}>{guide.title}</Title>
      <MarkdownText text={guide.markdown} />
    </article>
  );
}
