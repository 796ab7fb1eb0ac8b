/** An edge along the line that the layout gave it, with the name of its way and a plus to add a step on it. */
import { PlusOutlined } from "@ant-design/icons";
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { edgeOf, useEditor } from "../editor";
import { START, stepOf, type Way } from "../model/draft";
import { lineThrough, type Point } from "../model/layout";
import styles from "./canvas.module.css";
import { AddMenu } from "./kind-menu";

export type PlusEdgeType = Edge<{ way: Way; points: Point[]; plus: Point }, "plus">;

export const PlusEdge = memo(function PlusEdge({ id, data, markerEnd }: EdgeProps<PlusEdgeType>) {
  const { draft, tell, selected, trail } = useEditor();
  const format = useFormat();
  const { t } = useTranslation();
  if (!data) return null;
  const { way, points, plus } = data;
  const from = stepOf(draft, way.from);
  const named = way.path !== "next" && way.path !== "";
  const name = tell.way(from, way.path);
  const whole = from ? `${tell.step(from)}${named ? ` · ${name}` : ""}` : tell.trigger(draft);
  const took = trail?.edges.get(edgeOf(way));
  const near = selected.has(way.from) || (way.from === START && selected.size === 0);
  return (
    <>
      <BaseEdge
        id={id}
        path={lineThrough(points)}
        className={took === undefined ? "" : (styles.taken ?? "")}
        {...(markerEnd ? { markerEnd } : {})}
      />
      <EdgeLabelRenderer>
        <div
          className={`${styles.plus} nodrag nopan`}
          style={{ transform: `translate(-50%, -50%) translate(${plus.x}px, ${plus.y}px)` }}
        >
          {named || typeof took === "number" ? (
            <span className={styles.way} data-trail={took !== undefined}>
              {[typeof took === "number" ? format.people(took) : "", named ? name : ""]
                .filter(Boolean)
                .join(" · ")}
            </span>
          ) : null}
          <AddMenu at={way}>
            <button
              type="button"
              className={styles.add}
              data-plus={`${way.from}:${way.path}`}
              tabIndex={near ? 0 : -1}
              aria-label={t("journey.addAfter", { way: whole })}
            >
              <PlusOutlined aria-hidden="true" />
            </button>
          </AddMenu>
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
