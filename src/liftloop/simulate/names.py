"""Names of invented people. Phones and addresses are made from the member's number and belong to nobody known."""

SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜"
FIRST = "佳雨欣思子梓一诗可心安若语嘉晓文静雅婷慧丽敏芳秀玉海建志明俊伟浩宇泽晨"
SECOND = "怡涵彤萱琪颖妍瑶宁悦洁莹雪梅兰英霞燕娟琳杰峰强磊鹏飞博轩睿然"
