/** Take the review along: as PDF, as slides, or on paper. */

import { MoreOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Dropdown, Space } from "antd";
import { useTranslation } from "react-i18next";
import { saveFile } from "@/shared/save-file";
import { type Form, reviewFile } from "../api/reviews";

interface ReviewFilesProps {
  campaignId: string;
  name: string;
  onError: (error: unknown) => void;
}

export function ReviewFiles({ campaignId, name, onError }: ReviewFilesProps) {
  const { t } = useTranslation();
  const file = useMutation({
    mutationFn: (form: Form) => reviewFile(campaignId, form),
    onMutate: () => onError(null),
    onSuccess: (content, form) => saveFile(content, `${name}.${form}`),
    onError,
  });
  return (
    <Space.Compact>
      <Button type="primary" loading={file.isPending} onClick={() => file.mutate("pdf")}>
        {t("review.asPdf")}
      </Button>
      <Dropdown
        menu={{
          items: [
            { key: "pptx", label: t("review.asSlides") },
            { key: "print", label: t("review.print") },
          ],
          onClick: ({ key }) => (key === "pptx" ? file.mutate("pptx") : window.print()),
        }}
      >
        <Button type="primary" icon={<MoreOutlined />} aria-label={t("review.otherForms")} />
      </Dropdown>
    </Space.Compact>
  );
}
