/** One definition in two forms that follow each other: the sentence, what is wrong with it, and the tree. */
import { ErrorNote } from "@/shared/parts/shown";
import type { Words } from "../atoms/atom";
import type { useBuilder } from "../model/use-builder";
import { SentenceField } from "./sentence-field";
import { TreeWithHistory } from "./tree-with-history";

interface SentenceAndTreeProps {
  builder: ReturnType<typeof useBuilder>;
  words: Words;
}

export function SentenceAndTree({ builder, words }: SentenceAndTreeProps) {
  return (
    <>
      <SentenceField
        text={builder.text}
        understood={builder.understood}
        chosen={builder.chosen}
        onChange={builder.write}
      />
      {builder.refusal ? <ErrorNote error={builder.refusal} /> : null}
      <TreeWithHistory builder={builder} words={words} />
    </>
  );
}
