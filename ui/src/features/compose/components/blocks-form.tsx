/** The blocks of a landing page: added, moved, removed, each with its few fields. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { BLOCK_TYPES, type Block, emptyBlock, moved } from "../model/blocks";
import { BlockFields } from "./block-fields";
import styles from "./blocks.module.css";

const BLOCKS_MAX = 40;

interface BlocksFormProps {
  blocks: Block[];
  onChange(blocks: Block[]): void;
}

export function BlocksForm({ blocks, onChange }: BlocksFormProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.blocks}>
      <ol className={styles.list}>
        {blocks.map((block, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a block has no name but its place
          <li key={place} className={styles.block}>
            <div className={styles.head}>
              <b>{`${place + 1}. ${t(`page.types.${block.type}`)}`}</b>
              <span className={styles.tools}>
                <Button
                  size="small"
                  type="text"
                  disabled={place === 0}
                  onClick={() => onChange(moved(blocks, place, place - 1))}
                >
                  {t("page.up")}
                </Button>
                <Button
                  size="small"
                  type="text"
                  disabled={place === blocks.length - 1}
                  onClick={() => onChange(moved(blocks, place, place + 1))}
                >
                  {t("page.down")}
                </Button>
                <Button
                  size="small"
                  type="text"
                  danger
                  onClick={() => onChange(blocks.filter((_, other) => other !== place))}
                >
                  {t("page.remove")}
                </Button>
              </span>
            </div>
            <BlockFields
              block={block}
              onChange={(next) => onChange(blocks.map((each, other) => (other === place ? next : each)))}
            />
          </li>
        ))}
      </ol>
      <div className={styles.add}>
        <span>{t("page.add")}</span>
        {BLOCK_TYPES.map((type) => (
          <Button
            key={type}
            size="small"
            disabled={blocks.length >= BLOCKS_MAX}
            onClick={() => onChange([...blocks, emptyBlock(type)])}
          >
            {t(`page.types.${type}`)}
          </Button>
        ))}
      </div>
    </div>
  );
}
