//! Conversations, as models were trained on them. A file has its template as a program in a language of its
//! own; the families that there are have few, so they are known here and recognised by a sign in it.

use super::encode::{Encoder, Tokens};
use super::vocabulary::Vocabulary;
use crate::fault::{Checked, Fault, Place};
use crate::memory::room;

/// How a conversation is written. `@` stands for what is said, braces hold the text of a token.
pub struct Template {
    name: &'static [u8],
    /// What files with this template have in theirs.
    sign: &'static [u8],
    /// What the model is told before everything.
    system: &'static [u8],
    /// What a person says first, if something came before.
    after_system: &'static [u8],
    /// What a person says, to where the answer begins.
    user: &'static [u8],
    /// Behind an answer.
    end: &'static [u8],
}

static TEMPLATES: [Template; 4] = [
    Template {
        name: b"chatml",
        sign: b"<|im_start|>",
        system: b"{<|im_start|>}system\n@{<|im_end|>}\n",
        after_system: b"{<|im_start|>}user\n@{<|im_end|>}\n{<|im_start|>}assistant\n",
        user: b"{<|im_start|>}user\n@{<|im_end|>}\n{<|im_start|>}assistant\n",
        end: b"{<|im_end|>}\n",
    },
    Template {
        name: b"llama3",
        sign: b"<|start_header_id|>",
        system: b"{<|start_header_id|>}system{<|end_header_id|>}\n\n@{<|eot_id|>}",
        after_system: LLAMA3_USER,
        user: LLAMA3_USER,
        end: b"{<|eot_id|>}",
    },
    Template {
        name: b"llama2",
        sign: b"[INST]",
        system: b"[INST] <<SYS>>\n@\n<</SYS>>\n\n",
        after_system: b"@ [/INST]",
        user: b"[INST] @ [/INST]",
        end: b" {</s>}{<s>}",
    },
    Template {
        name: b"zephyr",
        sign: b"<|user|>",
        system: b"<|system|>\n@{</s>}\n",
        after_system: b"<|user|>\n@{</s>}\n<|assistant|>\n",
        user: b"<|user|>\n@{</s>}\n<|assistant|>\n",
        end: b"{</s>}\n",
    },
];

const LLAMA3_USER: &[u8] = b"{<|start_header_id|>}user{<|end_header_id|>}\n\n@{<|eot_id|>}\
    {<|start_header_id|>}assistant{<|end_header_id|>}\n\n";

/// What SmolLM2's template tells the model when nobody else does.
const SMOLLM: &[u8] = b"You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// A conversation.
pub struct Chat {
    template: &'static Template,
    system: Option<&'static [u8]>,
    /// Room for what is written between two tokens that stand for themselves.
    text: &'static mut [u8],
}

impl Chat {
    /// The conversation that was asked for, or that the file has a template of; none when there is none.
    ///
    /// # Errors
    /// There is no template of that name, or no memory for so many bytes.
    #[inline(never)]
    pub fn new(
        asked: Option<&'static [u8]>,
        system: Option<&'static [u8]>,
        vocabulary: &Vocabulary,
        most: usize,
    ) -> Checked<Option<Self>> {
        let template = match asked {
            Some(name) => {
                let found = TEMPLATES.iter().find(|template| template.name == name);
                let what = "is a template that is not known";
                let cure = "chatml, llama2, llama3 and zephyr are";
                Some(found.ok_or_else(|| Fault::new(Place::Name(name), what, cure))?)
            }
            None => TEMPLATES.iter().find(|template| contains(vocabulary.template, template.sign)),
        };
        let usual = contains(vocabulary.template, SMOLLM).then_some(SMOLLM);
        let Some(template) = template else { return Ok(None) };
        Ok(Some(Self { template, system: system.or(usual), text: room(most)? }))
    }

    /// Adds what a person says, with what comes before it.
    ///
    /// # Errors
    /// It is too long.
    #[inline(never)]
    pub fn say(
        &mut self,
        what: &[u8],
        first: bool,
        encoder: &mut Encoder,
        vocabulary: &Vocabulary,
        to: &mut Tokens,
    ) -> Checked<()> {
        let mut user = self.template.user;
        let mut length = 0;
        if first && let Some(system) = self.system {
            length = self.write(self.template.system, system, 0, encoder, vocabulary, to)?;
            user = self.template.after_system;
        }
        length = self.write(user, what, length, encoder, vocabulary, to)?;
        self.flush(length, encoder, to)
    }

    /// Adds what stands behind an answer.
    ///
    /// # Errors
    /// There is no room for it.
    #[inline(never)]
    pub fn end(
        &mut self,
        encoder: &mut Encoder,
        vocabulary: &Vocabulary,
        to: &mut Tokens,
    ) -> Checked<()> {
        let length = self.write(self.template.end, &[], 0, encoder, vocabulary, to)?;
        self.flush(length, encoder, to)
    }

    /// Makes tokens of a part of the template. Text between tokens that stand for themselves is collected first,
    /// since what is said may become one token with what stands beside it; how much of it is left over.
    fn write(
        &mut self,
        part: &'static [u8],
        what: &[u8],
        mut length: usize,
        encoder: &mut Encoder,
        vocabulary: &Vocabulary,
        to: &mut Tokens,
    ) -> Checked<usize> {
        let mut left = part;
        while let Some((byte, rest)) = left.split_first() {
            left = rest;
            let text = match byte {
                b'{' => {
                    let end = left.iter().position(|byte| *byte == b'}').unwrap_or(left.len());
                    let (name, rest) = left.split_at_checked(end).unwrap_or((left, &[]));
                    left = rest.get(1..).unwrap_or_default();
                    self.flush(core::mem::take(&mut length), encoder, to)?;
                    let Some(token) = vocabulary.texts.find(name) else {
                        let what = "is no token of this model, but of the template";
                        return Err(Fault::new(
                            Place::Name(name),
                            what,
                            "ask for another --template",
                        ));
                    };
                    to.push(token)?;
                    continue;
                }
                b'@' => what,
                _ => core::slice::from_ref(byte),
            };
            let Some(place) = self.text.get_mut(length..length + text.len()) else {
                return Err(Fault::new(
                    Place::Name(b"prompt"),
                    "is too long",
                    "ask less at a time",
                ));
            };
            place.copy_from_slice(text);
            length += text.len();
        }
        Ok(length)
    }

    fn flush(&mut self, length: usize, encoder: &mut Encoder, to: &mut Tokens) -> Checked<()> {
        let text = self.text.get(..length).unwrap_or_default();
        if text.is_empty() { Ok(()) } else { encoder.encode(text, to) }
    }
}

/// Whether a text has another in it.
fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
