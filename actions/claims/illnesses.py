"""The serious illnesses of Harbour Critical Care, and how they are told from a customer's words.

Being on this list opens the way to the one-day decision; whether the illness is proven is decided by people.
"""

import re

_SERIOUS = """
cancer: cancer|carcinoma|leuk[ae]mia|lymphoma|melanoma|sarcoma|malignant tumou?r|myeloma
heart_attack: heart attack|myocardial infarction
stroke: strokes?|cerebral h[ae]morrhage|cerebral infarction|brain h[ae]morrhage
organ_transplant: (?:heart|liver|lung|kidney|bone marrow|stem cell|organ) transplant\\w*
bypass_surgery: (?:coronary )?bypass(?: surgery| operation)?
kidney_failure: kidney failure|renal failure|uraemia|uremia|dialysis
limb_loss: loss of (?:two|both) (?:limbs|arms|legs|hands|feet)
fulminant_hepatitis: fulminant hepatitis|acute (?:severe )?hepatitis
brain_tumour: (?:benign )?brain tumou?r
liver_failure: liver failure|decompensated cirrhosis
encephalitis: encephalitis|brain inflammation
meningitis: meningitis
coma: deep coma|coma
deafness: (?:loss of hearing|deafness) in both ears|total deafness
blindness: (?:loss of sight|blindness) in both eyes|total blindness|gone blind
paralysis: paralysis|paralysed|paralyzed|paraplegia|tetraplegia
heart_valve_surgery: heart valve (?:surgery|operation|replacement)
alzheimers: alzheimer'?s?|severe dementia
brain_injury: severe (?:brain|head) injury|traumatic brain injury
parkinsons: parkinson'?s?
severe_burns: (?:severe|third degree|third-degree) burns
pulmonary_hypertension: (?:primary )?pulmonary (?:arterial )?hypertension
motor_neurone: motor neuron\\w*|amyotrophic lateral sclerosis|als
loss_of_speech: loss of speech
aplastic_anaemia: aplastic an(?:ae|e)mia
aorta_surgery: aort\\w+ (?:surgery|operation|dissection)|aortic aneurysm
respiratory_failure: (?:chronic )?respiratory failure
crohns: (?:severe )?crohn'?s?
ulcerative_colitis: severe ulcerative colitis
multiple_sclerosis: multiple sclerosis
muscular_dystrophy: muscular dystrophy
lupus_nephritis: lupus nephritis|systemic lupus
scleroderma: scleroderma|systemic sclerosis
rheumatoid_arthritis: severe rheumatoid arthritis
myasthenia: (?:severe )?myasthenia(?: gravis)?
cardiomyopathy: cardiomyopathy
endocarditis: (?:infective )?endocarditis
constrictive_pericarditis: constrictive pericarditis
heart_failure: (?:chronic )?heart failure
brain_aneurysm: brain aneurysm|cerebral aneurysm
pancreatitis: (?:necrotising|necrotizing|acute severe) pancreatitis
chronic_pancreatitis: chronic pancreatitis
liver_cirrhosis: (?:biliary )?cirrhosis
addison: addison'?s? disease|adrenal insufficiency
phaeochromocytoma: ph[ae]+ochromocytoma
poliomyelitis: polio(?:myelitis)?
hiv_transfusion: hiv (?:from|through|by) (?:a )?(?:transfusion|blood)
hiv_work: hiv (?:at|through) work
creutzfeldt_jakob: creutzfeldt\\W?jakob
ebola: ebola
necrotising_fasciitis: necroti[sz]ing fasciitis
osteogenesis: osteogenesis imperfecta
elephantiasis: elephantiasis
medullary_cystic: medullary cystic (?:kidney )?disease
wilson: wilson'?s? disease
progressive_palsy: progressive supranuclear palsy
syringomyelia: syringomyelia
vegetative_state: vegetative state
lung_fibrosis: pulmonary fibrosis|lung fibrosis
kawasaki: kawasaki(?:'?s? disease)?
"""
ILLNESSES: dict[str, re.Pattern[str]] = {
    name.strip(): re.compile(rf"\b(?:{signs.strip()})\b", re.IGNORECASE)
    for name, _, signs in (line.partition(":") for line in _SERIOUS.strip().splitlines())
}
"""The sixty illnesses, by name."""

_MILDER = re.compile(
    r"\b(?:in situ|carcinoma in situ|pre-?cancer\w*|early[- ]stage|stage (?:0|zero)|mild(?:er)?|minor|"
    r"small stroke|mini[- ]stroke|tia|stent\w*|polyps?|benign lump)\b",
    re.IGNORECASE,
)
_SPARED = re.compile(r"\b(?:no|not|never|without|suspected|maybe|possibly)\b[^.;,]{0,12}$", re.IGNORECASE)


def serious_illness(text: str) -> str:
    """The illness of the list that the words name; empty when they name none, or a milder form."""
    if _MILDER.search(text):
        return ""
    for name, pattern in ILLNESSES.items():
        found = pattern.search(text)
        if found and not _SPARED.search(text[: found.start()]):
            return name
    return ""


def show_illness(name: str) -> str:
    """The illness in words."""
    return name.replace("_", " ")
