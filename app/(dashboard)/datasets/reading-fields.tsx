"use client";

import { Select } from "@mantine/core";
import type { inferRouterInputs } from "@trpc/server";
import type { ReactNode } from "react";
import type { AppRouter } from "#server/router.ts";

export type Language = NonNullable<inferRouterInputs<AppRouter>["datasets"]["create"]["language"]>;

const languageWords: Record<Language, string> = {
  arabic: "Arabic",
  armenian: "Armenian",
  basque: "Basque",
  catalan: "Catalan",
  danish: "Danish",
  dutch: "Dutch",
  english: "English",
  finnish: "Finnish",
  french: "French",
  german: "German",
  greek: "Greek",
  hindi: "Hindi",
  hungarian: "Hungarian",
  indonesian: "Indonesian",
  irish: "Irish",
  italian: "Italian",
  lithuanian: "Lithuanian",
  nepali: "Nepali",
  norwegian: "Norwegian",
  portuguese: "Portuguese",
  romanian: "Romanian",
  russian: "Russian",
  serbian: "Serbian",
  spanish: "Spanish",
  swedish: "Swedish",
  tamil: "Tamil",
  turkish: "Turkish",
  yiddish: "Yiddish",
  simple: "Another, or several",
};

/** The built-in one's name says nothing to who never chose it. */
const builtIn = "lexical-hash";

type FieldProps = {
  value?: string | null;
  defaultValue?: string | null;
  onChange?: (value: string | null) => void;
  error?: ReactNode;
};

export const isLanguage = (value: string): value is Language => Object.hasOwn(languageWords, value);

export function LanguageField(props: FieldProps) {
  return (
    <Select
      label="Language of the documents"
      description="So that “rock” also finds “rocks”"
      data={Object.entries(languageWords).map(([value, label]) => ({ value, label }))}
      searchable
      allowDeselect={false}
      nothingFoundMessage="Not offered: choose “Another, or several”"
      {...props}
    />
  );
}

/** Nothing where there is nothing to choose. */
export function ModelField({ models, ...props }: FieldProps & { models: readonly string[] }) {
  if (models.length < 2) return null;
  return (
    <Select
      label="Embedding model"
      description="Finds passages that mean the same in other words. Texts are sent to where it runs."
      data={models.map((value) => ({
        value,
        label: value === builtIn ? "Built in: by spelling alone, nothing is sent" : value,
      }))}
      allowDeselect={false}
      {...props}
    />
  );
}
