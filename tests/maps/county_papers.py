"""One paper of each kind as a county would issue it, as plain data; quotations are verbatim from the documents."""

# ruff: noqa: E501 - one entry a line reads best

HEAD = {
    "county": "内乡县", "document": "内城管〔2022〕125号", "title": "关于印发《内乡县水电气暖信“一事通办”联动报装实施方案》的通知",
    "authority": "内乡县城市管理局", "number": "内联办〔2026〕17号", "case": "NX-2026-0017",
    "applicant": "内乡县硚堽食品有限公司", "project": "硚堽食品冷链仓储项目", "address": "内乡县湍东镇垚垿路与洣湴街交叉口东南角",
    "issued": "2026-12-01", "contact": "张碶", "phone": "0377-65330000",
}  # fmt: skip
QUOTE = {
    "quote": "水电气暖信企业仅需提交填报“水电气暖信承诺制事项申请表”",
    "document": "内城管〔2022〕125号",
    "clause": "四(二)",
}
STAGES = [
    {"stage": "申请受理", "allowed": "0.5 个工作日", "due": "2026-12-01T12:00+08:00", "done": "2026-12-01T09:40+08:00", "clause": "四(一)"},
    {"stage": "联合踏勘", "allowed": "1 个工作日", "due": "2026-12-02T12:00+08:00", "clause": "四(二)"},
    {"stage": "联合施工"},
    {"stage": "接入", "allowed": "1 个工作日", "due": "2027-01-05T17:30+08:00", "provisional": True, "clause": "四(四)"},
]  # fmt: skip
LIMITS = [
    {"subject": "外线长度", "limit": 200, "measured": 148.27, "uncertainty": 0.31, "unit": "m", "outcome": "passes", "rule": "NX-TH1", **QUOTE},
    {"subject": "穿越道路长度", "limit": 15, "measured": 12.04, "uncertainty": 0.22, "unit": "m", "outcome": "passes", **QUOTE},
    {"subject": "占用绿地面积", "limit": 50, "measured": 0, "uncertainty": 0, "unit": "m2", "outcome": "passes", **QUOTE},
]  # fmt: skip
UTILITIES = [
    {"utility": "给水", "operator": "内乡县自来水公司", "route": "GS-1", "plan": "DN200 球墨铸铁，自湍东路主管接入", "result": "具备条件", "contact": "李滘 13800138000"},
    {"utility": "电力", "operator": "国网内乡县供电公司", "route": "DL-1", "plan": "10 kV 电缆 1 回，630 kVA", "result": "具备条件", "contact": "王崟 13900139000"},
    {"utility": "燃气", "operator": "内乡县燃气有限公司", "route": "RQ-1", "plan": "DN110 PE，0.2 MPa", "result": "需先建调压箱"},
]  # fmt: skip
OUTCOMES = [
    {"department": "内乡县城市管理局", "item": "挖掘城市道路", "result": "告知承诺", "opinion": "限值以内，准予承诺办理", "decided": "2026-12-01T15:10+08:00", "clause": "四(二)"},
    {"department": "内乡县自然资源局", "item": "建设工程规划许可", "result": "同意", "decided": "2026-12-01T16:00+08:00", "clause": "四(二)"},
    {"department": "内乡县公安局", "item": "占用道路", "result": "不涉及", "opinion": ""},
]  # fmt: skip

PAPERS = {
    "receipt": {
        "head": HEAD, "received": "2026-12-01T08:50+08:00", "accepted": "2026-12-01T09:40+08:00", "utilities": UTILITIES,
        "channel": "线下窗口", "responsible": "赵浬", "manager": "钱垿", "stages": STAGES, "clauses": [QUOTE],
        "materials": [{"name": "联合报装申请表", "state": "齐全"},
                      {"name": "不动产权证", "state": "容缺", "due": "2026-12-08T17:30+08:00"}],
    },
    "survey_notice": {
        "head": HEAD, "meet": "2026-12-02T09:00+08:00", "place": "垚垿路与洣湴街交叉口西北角", "lead": "内乡县城市管理局",
        "parties": [{"name": "内乡县自来水公司", "why": "给水 GS-1 穿越垚垿路", "contact": "李滘 13800138000"},
                    {"name": "国网内乡县供电公司", "why": "电力 DL-1", "contact": "王崟"},
                    {"name": "内乡县公安局", "why": "占道施工交通组织"}],
        "stops": ["垚垿路北侧人行道，GS-1 接入点", "洣湴街 K0+120 处过街，核对既有燃气管埋深", "项目红线东门"],
        "checklist": ["量测穿路长度和斜交角", "核实既有管线埋深", "确认绿地边界和乔木位置"], "clauses": [QUOTE],
    },
    "one_reply": {
        "head": HEAD, "conclusion": "可以联合接入：两项按告知承诺，一项待建调压箱", "outcomes": OUTCOMES, "utilities": UTILITIES,
        "stages": STAGES, "next_step": "请于 12 月 3 日前确认同沟施工时间；各专营单位按统一断面一次开挖。", "clauses": [QUOTE],
    },
    "commitment_letter": {
        "head": HEAD, "unit": "内乡县自来水公司", "utility": "给水", "route": "GS-1", "revision": "3",
        "verdict": "各项指标均在限值以内，可按告知承诺办理。", "limits": LIMITS, "place": "垚垿路（洣湴街至红线东门）",
        "representative": "孙洣", "unit_address": "内乡县渚阳大街 1 号", "contact": "李滘", "phone": "13800138000",
        "works_from": "2026-12-07", "works_to": "2026-12-12", "consequences": [QUOTE],
        "promises": ["施工安全、质量保证。", "严格按设计方案施工。", "服从相关部门的现场监管。", "竣工验收后恢复原貌。"],
    },
    "approval_decision": {
        "head": HEAD, "item": "挖掘城市道路", "result": "conditional", "reasons": "穿路长度超过告知承诺限值，经并联审批各部门均无异议。",
        "conditions": ["夜间 22:00 至次日 6:00 施工", "当日回填并铺设临时路面"], "clauses": [QUOTE], "limits": [
            {"subject": "穿越道路长度", "limit": 15, "measured": 18.4, "uncertainty": 0.22, "unit": "m", "outcome": "fails", "clause": "四(二)"}],
        "valid_from": "2026-12-07", "valid_to": "2026-12-20", "review_body": "内乡县人民政府", "court": "内乡县人民法院",
    },
    "rectification_notice": {
        "head": HEAD, "unit": "内乡县自来水公司", "route": "GS-1", "found": "2026-12-10T10:20+08:00", "mend_by": "2026-12-15",
        "breaches": [{"subject": "穿越道路长度", "limit": 15, "committed": 12.04, "measured": 16.35, "uncertainty": 0.05, "unit": "m",
                      "outcome": "fails", "clause": "四(二)"}],
        "mend": ["停止超出承诺路由的开挖", "补办挖掘城市道路并联审批", "恢复已开挖路面"], "clauses": [QUOTE],
    },
    "acceptance_certificate": {
        "head": HEAD, "result": "supplement", "inspected": "2026-12-14T09:00+08:00",
        "utilities": [one | {"result": "合格"} for one in UTILITIES],
        "checks": [{"subject": "穿越道路长度", "limit": 15, "committed": 12.04, "measured": 12.11, "uncertainty": 0.05, "unit": "m",
                    "outcome": "passes", "clause": "四(二)"}],
        "outcomes": OUTCOMES[:2], "opinion": "管线位置与承诺路由一致，路面恢复良好，同意通水、通电。",
        "supplements": [{"name": "竣工图电子版", "state": "容缺", "due": "2026-12-21T17:30+08:00"}], "clauses": [QUOTE],
    },
}  # fmt: skip
