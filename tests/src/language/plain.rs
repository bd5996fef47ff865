//! A Llama in plain loops on f32, every sum from the first to the last: what the program's answers are
//! compared with.

/// A matrix in rows, as numbers.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Numbers in a row.
    pub columns: usize,
    /// Row after row.
    pub numbers: Vec<f32>,
}

impl Matrix {
    fn row(&self, row: usize) -> &[f32] {
        &self.numbers[row * self.columns..][..self.columns]
    }

    fn times(&self, vector: &[f32]) -> Vec<f32> {
        let product = |row: &[f32]| row.iter().zip(vector).map(|(a, b)| a * b).sum();
        self.numbers.chunks(self.columns).map(product).collect()
    }
}

/// A layer's weights.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Before attention.
    pub attention_norm: Vec<f32>,
    /// Queries, keys, values, and what becomes of them.
    pub attention: [Matrix; 4],
    /// Before the feed-forward part.
    pub forward_norm: Vec<f32>,
    /// Gate, up, down.
    pub forward: [Matrix; 3],
}

/// A model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values.
    pub key_heads: usize,
    /// Numbers in a head.
    pub head: usize,
    /// The base of rotary embeddings.
    pub base: f32,
    /// Added under the root of norms.
    pub epsilon: f32,
    /// A row a token.
    pub embedding: Matrix,
    /// All layers.
    pub layers: Vec<Layer>,
    /// The last norm.
    pub norm: Vec<f32>,
    /// A row a token.
    pub classifier: Matrix,
}

/// The model with what it has seen.
#[derive(Debug)]
pub struct Run<'a> {
    model: &'a Model,
    /// By layer, then by position.
    keys: Vec<Vec<Vec<f32>>>,
    values: Vec<Vec<Vec<f32>>>,
}

impl<'a> Run<'a> {
    /// Which has seen nothing yet.
    #[must_use]
    pub fn new(model: &'a Model) -> Self {
        let none = vec![Vec::new(); model.layers.len()];
        Self { model, keys: none.clone(), values: none }
    }

    /// Puts a token; the scores of all to be the next.
    ///
    /// # Panics
    /// The token is none of the model's.
    pub fn put(&mut self, token: usize) -> Vec<f32> {
        let model = self.model;
        let position = self.keys.first().map_or(0, Vec::len);
        let mut stream = model.embedding.row(token).to_vec();
        for (number, layer) in model.layers.iter().enumerate() {
            let normed = norm(&stream, &layer.attention_norm, model.epsilon);
            let [queries, keys, values, output] = &layer.attention;
            let mut query = queries.times(&normed);
            let mut key = keys.times(&normed);
            for vector in [&mut query, &mut key] {
                for head in vector.chunks_mut(model.head) {
                    turn(head, position, model.base);
                }
            }
            self.keys[number].push(key);
            self.values[number].push(values.times(&normed));
            let attended = self.attend(number, &query);
            add(&mut stream, &output.times(&attended));
            let normed = norm(&stream, &layer.forward_norm, model.epsilon);
            let [gate, up, down] = &layer.forward;
            let gates = gate.times(&normed);
            let ups = up.times(&normed);
            let hidden: Vec<f32> =
                gates.iter().zip(ups).map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up).collect();
            add(&mut stream, &down.times(&hidden));
        }
        model.classifier.times(&norm(&stream, &model.norm, model.epsilon))
    }

    fn attend(&self, layer: usize, query: &[f32]) -> Vec<f32> {
        let model = self.model;
        let mut attended = Vec::new();
        for (number, query) in query.chunks(model.head).enumerate() {
            let start = number / (model.heads / model.key_heads) * model.head;
            let mut shares: Vec<f32> = self.keys[layer]
                .iter()
                .map(|key| {
                    let product: f32 = query.iter().zip(&key[start..]).map(|(a, b)| a * b).sum();
                    product / (model.head as f32).sqrt()
                })
                .collect();
            let most = shares.iter().copied().fold(f32::MIN, f32::max);
            for share in &mut shares {
                *share = (*share - most).exp();
            }
            let sum: f32 = shares.iter().sum();
            let mut said = vec![0.0; model.head];
            for (share, value) in shares.iter().zip(&self.values[layer]) {
                for (said, value) in said.iter_mut().zip(&value[start..]) {
                    *said += share / sum * value;
                }
            }
            attended.extend(said);
        }
        attended
    }

    /// The first of the tokens with the highest score.
    #[must_use]
    pub fn best(scores: &[f32]) -> usize {
        let mut best = 0;
        for (token, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = token;
            }
        }
        best
    }
}

fn norm(vector: &[f32], weights: &[f32], epsilon: f32) -> Vec<f32> {
    let squares: f32 = vector.iter().map(|number| number * number).sum();
    let level = 1.0 / (squares / vector.len() as f32 + epsilon).sqrt();
    vector.iter().zip(weights).map(|(number, weight)| weight * (level * number)).collect()
}

/// Turns neighbours.
fn turn(head: &mut [f32], position: usize, base: f32) {
    let len = head.len();
    for (pair, numbers) in head.chunks_mut(2).enumerate() {
        let frequency = 1.0 / base.powf((2 * pair) as f32 / len as f32);
        let (sine, cosine) = (position as f32 * frequency).sin_cos();
        let (x, y) = (numbers[0], numbers[1]);
        numbers[0] = x * cosine - y * sine;
        numbers[1] = x * sine + y * cosine;
    }
}

fn add(to: &mut [f32], what: &[f32]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += what;
    }
}
