/** Take the review along: as PDF, as slides, or on paper. */
import { useMutation } from "@tanstack/react-query";
import { Dropdown } from "antd";
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
    <Dropdown.Button
      type="primary"
      loading={file.isPending}
      onClick={() => file.mutate("pdf")}
      menu={{
        items: [
          { key: "pptx", label: t("review.asSlides") },
          { key: "print", label: t("review.print") },
        ],
        onClick: ({ key }) => (key === "pptx" ? file.mutate("pptx") : window.print()),
      }}
    >
      {t("review.asPdf")}
    </Dropdown.Button>
  );
}
