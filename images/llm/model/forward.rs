//! From tokens to the scores of the next one.

use kernels::formats::{self, ABREAST, GROUP, Input, LANES, Lanes, NO_QUARTERS, ROWS, Rows};
use kernels::numbers;
use kernels::vectors::{add, gate, norm, norm_in_place, scale};

use super::attention;
use super::cache::Cache;
use super::weights::{DOWN, GATE, KEY, Layer, Matrix, Model, OUTPUT, QUERY, UP, VALUE};
use crate::fault::Checked;
use crate::memory::room;
use crate::team::{Shared, Team};

/// Tokens that go through the layers together, at most: weights are read once for all of them.
pub const BATCH: usize = 32;
/// Products that are worth waking other processors for.
const WORTH: usize = 1 << 16;
/// Places of a matrix that are read at once: whoever brings memory to a processor before it is asked for follows
/// each of them, and one alone not fast enough.
const STREAMS: usize = ABREAST;

/// Vectors of a batch, one behind the other, each filled up with zeros to whole lanes.
struct Vectors {
    numbers: &'static mut [f32],
    /// The first as rows are multiplied with it as they lie.
    lifted: &'static mut [f32],
    /// Its end, as an [`Input`] has it.
    last: Lanes,
    sums: &'static mut [f32],
    width: usize,
    /// From one to the next.
    step: usize,
}

/// The width of a vector that is filled up to whole lanes.
const fn whole_lanes(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

impl Vectors {
    #[inline(never)]
    fn new(width: usize) -> Checked<Self> {
        let step = whole_lanes(width);
        let sums = room(whole_lanes(width.div_ceil(GROUP)))?;
        let (numbers, lifted, last) = (room(step * BATCH)?, room(width)?, [0.0; LANES]);
        Ok(Self { numbers, lifted, last, sums, width, step })
    }

    fn get(&self, index: usize) -> &[f32] {
        let rest = self.numbers.get(index * self.step..);
        rest.and_then(|rest| rest.get(..self.width)).unwrap_or_default()
    }

    fn get_mut(&mut self, index: usize) -> &mut [f32] {
        let width = self.width;
        let rest = self.numbers.get_mut(index * self.step..).unwrap_or_default();
        rest.get_mut(..width).unwrap_or_default()
    }

    /// Gets the first ready for [`Self::input`].
    fn lift(&mut self) {
        formats::lift(self.numbers, self.lifted);
        let rest = self.lifted.as_chunks::<LANES>().1;
        let last = self.last.get_mut(LANES - rest.len()..).unwrap_or_default();
        last.copy_from_slice(rest);
        for (group, sum) in self.lifted.chunks(GROUP).zip(&mut *self.sums) {
            *sum = formats::sum(group);
        }
    }

    /// A vector from a number on, with what it is filled up with; nothing behind the batch.
    fn part(&self, index: usize, start: usize) -> &[f32] {
        let rest = self.numbers.get(index * self.step..);
        rest.and_then(|rest| rest.get(start..self.step)).unwrap_or_default()
    }

    fn input(&self) -> Input<'_> {
        Input { values: self.lifted, last: &self.last, sums: self.sums }
    }
}

/// A model at work.
pub struct Engine {
    pub model: Model,
    pub cache: Cache,
    pub team: Team,
    /// What stands for each token of the batch, from layer to layer.
    stream: Vectors,
    normed: Vectors,
    queries: Vectors,
    keys: Vectors,
    values: Vectors,
    attended: Vectors,
    gates: Vectors,
    ups: Vectors,
    update: Vectors,
    scores: &'static mut [f32],
    angles: &'static mut [f32],
    logits: &'static mut [f32],
}

impl Engine {
    /// With memory for everything.
    ///
    /// # Errors
    /// There is not as much.
    #[inline(never)]
    pub fn new(model: Model, cache: Cache, team: Team) -> Checked<Self> {
        let shape = &model.shape;
        Ok(Self {
            stream: Vectors::new(shape.width)?,
            normed: Vectors::new(shape.width)?,
            queries: Vectors::new(shape.query_width())?,
            keys: Vectors::new(shape.key_width())?,
            values: Vectors::new(shape.key_width())?,
            attended: Vectors::new(shape.query_width())?,
            gates: Vectors::new(shape.hidden)?,
            ups: Vectors::new(shape.hidden)?,
            update: Vectors::new(shape.width)?,
            scores: room(shape.heads * whole_lanes(cache.positions))?,
            angles: room(model.rope.angles_len() * BATCH)?,
            logits: room(shape.tokens)?,
            model,
            cache,
            team,
        })
    }

    /// Puts up to [`BATCH`] tokens at `position` and behind, all of which the cache has room for.
    #[inline(never)]
    pub fn put(&mut self, tokens: &[u32], position: usize) {
        let count = tokens.len().min(BATCH);
        for (index, token) in tokens.iter().take(count).enumerate() {
            self.model.embedding.unpack(*token as usize, 0, self.stream.get_mut(index));
        }
        let each = self.model.rope.angles_len();
        for (index, angles) in self.angles.chunks_mut(each.max(1)).take(count).enumerate() {
            self.model.rope.angles(position + index, angles);
        }
        let layers = self.model.layers;
        for (number, layer) in layers.iter().flatten().enumerate() {
            self.attend(number, layer, position, count);
            self.feed_forward(layer, count);
        }
    }

    /// The scores of every token to be the next behind number `index` of the batch just put.
    #[inline(never)]
    pub fn logits(&mut self, index: usize) -> &mut [f32] {
        let epsilon = self.model.shape.epsilon;
        norm(self.stream.get(index), self.model.norm, epsilon, self.normed.get_mut(0));
        let to = Shared::new(self.logits);
        multiply(&self.team, &[(&self.model.classifier, to)], &mut self.normed, 1);
        self.logits
    }

    #[inline(never)]
    fn attend(&mut self, number: usize, layer: &Layer, position: usize, count: usize) {
        let shape = &self.model.shape;
        norm_all(&self.stream, layer.attention_norm, shape.epsilon, &mut self.normed, count);
        let products = [
            (&layer.matrices[QUERY], Shared::new(self.queries.numbers)),
            (&layer.matrices[KEY], Shared::new(self.keys.numbers)),
            (&layer.matrices[VALUE], Shared::new(self.values.numbers)),
        ];
        multiply(&self.team, &products, &mut self.normed, count);
        let [query_bias, key_bias, value_bias] = layer.biases;
        let [query_norm, key_norm] = layer.head_norms;
        let each = self.model.rope.angles_len();
        for index in 0..count {
            let angles = self.angles.get(index * each..).and_then(|rest| rest.get(..each));
            let angles = angles.unwrap_or_default();
            let parts =
                [(&mut self.queries, query_bias, query_norm), (&mut self.keys, key_bias, key_norm)];
            for (vectors, bias, head_norm) in parts {
                let vector = vectors.get_mut(index);
                add(vector, bias.unwrap_or_default());
                for head in vector.chunks_mut(shape.head.max(1)) {
                    if let Some(weights) = head_norm {
                        norm_in_place(head, weights, shape.epsilon);
                    }
                    self.model.rope.turn(head, angles);
                }
            }
            scale(self.queries.get_mut(index), 1.0 / numbers::sqrt(shape.head as f32));
            add(self.values.get_mut(index), value_bias.unwrap_or_default());
            self.cache.put(number, position + index, self.keys.get(index), self.values.get(index));
        }
        let shared = shape.heads / shape.key_heads.max(1);
        let head = shape.head;
        let (query_width, step) = (shape.query_width(), self.attended.step);
        let scores = Shared::new(self.scores);
        let to = Shared::new(self.attended.numbers);
        let (cache, queries) = (&self.cache, &self.queries);
        let work = |piece: usize| {
            // SAFETY: each head has its own piece, and in it its own scores and places.
            unsafe {
                for index in 0..count {
                    let query = queries.get(index).get(piece * head..).unwrap_or_default();
                    let query = query.get(..head).unwrap_or_default();
                    let positions = position + index + 1;
                    let room = whole_lanes(cache.positions);
                    let scores = scores.part(piece * room, whole_lanes(positions));
                    let to = to.part(index * step + piece * head, head);
                    attention::attend(
                        cache,
                        cache.head(number, piece / shared.max(1)),
                        query,
                        positions,
                        scores,
                        to,
                    );
                }
            }
        };
        share(&self.team, shape.heads, count * (position + count) * query_width, &work);
        let to = Shared::new(self.update.numbers);
        multiply(&self.team, &[(&layer.matrices[OUTPUT], to)], &mut self.attended, count);
        self.take_update(count);
    }

    #[inline(never)]
    fn feed_forward(&mut self, layer: &Layer, count: usize) {
        let epsilon = self.model.shape.epsilon;
        norm_all(&self.stream, layer.forward_norm, epsilon, &mut self.normed, count);
        let products = [
            (&layer.matrices[GATE], Shared::new(self.gates.numbers)),
            (&layer.matrices[UP], Shared::new(self.ups.numbers)),
        ];
        multiply(&self.team, &products, &mut self.normed, count);
        let hidden = self.gates.step * count;
        gate(self.gates.numbers.get_mut(..hidden).unwrap_or_default(), self.ups.numbers);
        let to = Shared::new(self.update.numbers);
        multiply(&self.team, &[(&layer.matrices[DOWN], to)], &mut self.gates, count);
        self.take_update(count);
    }

    fn take_update(&mut self, count: usize) {
        for index in 0..count {
            add(self.stream.get_mut(index), self.update.get(index));
        }
    }
}

/// Has all processors do it if there is enough to do.
fn share(team: &Team, pieces: usize, products: usize, work: &(dyn Fn(usize) + Sync)) {
    if products < WORTH {
        (0..pieces).for_each(work);
    } else {
        team.each(pieces, work);
    }
}

/// Rows of a matrix that are a piece of work: `count` at each of the places that it is read at.
struct Piece {
    first: [usize; STREAMS],
    count: usize,
    /// Places that have rows of their own. The others stand in where rows do not go in four.
    own: usize,
}

impl Piece {
    /// How many there are in a matrix.
    const fn all(matrix: &Matrix) -> usize {
        (matrix.rows / STREAMS).div_ceil(ROWS) + (matrix.rows % STREAMS).div_ceil(STREAMS)
    }

    fn of(matrix: &Matrix, number: usize) -> Self {
        let (each, rest) = (matrix.rows / STREAMS, matrix.rows % STREAMS);
        let start = number * ROWS;
        if start < each {
            let first = core::array::from_fn(|place| place * each + start);
            return Self { first, count: ROWS.min(each - start), own: STREAMS };
        }
        let first = core::array::from_fn(|place| each * STREAMS + place.min(rest.max(1) - 1));
        Self { first, count: 1, own: rest }
    }
}

/// Multiplies matrices with the first `count` vectors. Row `r` of a matrix makes number `r` of each result.
fn multiply(team: &Team, products: &[(&Matrix, Shared)], vectors: &mut Vectors, count: usize) {
    if count == 1 {
        vectors.lift();
    }
    let vectors = &*vectors;
    let work = |piece: usize| {
        let mut piece = piece;
        for (matrix, to) in products {
            let pieces = Piece::all(matrix);
            if piece < pieces {
                if count == 1 {
                    one(matrix, piece, &vectors.input(), *to);
                } else {
                    several(matrix, piece, vectors, count, *to);
                }
                return;
            }
            piece -= pieces;
        }
    };
    let (mut all, mut weights) = (0, 0);
    for (matrix, _) in products {
        all += Piece::all(matrix);
        weights += matrix.rows * matrix.columns;
    }
    share(team, all, weights * count, &work);
}

/// A piece of a matrix with one vector: as it lies in the file.
fn one(matrix: &Matrix, piece: usize, vector: &Input, to: Shared) {
    let piece = Piece::of(matrix, piece);
    let places = piece.first.map(|row| matrix.rows(row, piece.count));
    let rows = Rows { places, bytes: matrix.row_bytes, count: piece.count };
    let mut products = NO_QUARTERS;
    let Some(unit) = formats::times(matrix.format, &rows, vector, &mut products) else { return };
    for (place, first) in piece.first.into_iter().enumerate().take(piece.own) {
        // SAFETY: these rows are this piece's alone.
        let to = unsafe { to.part(first, piece.count) };
        for (to, products) in to.iter_mut().zip(&products) {
            // SAFETY: the products of so many rows are made.
            *to = unsafe { formats::whole(&products[place]) } * unit;
        }
    }
}

/// Numbers of a row that are unpacked at a time. They stay in a processor's nearest cache.
const PART: usize = 1 << 12;

/// A piece of a matrix with several vectors: unpacked first, once for all of them.
#[inline(never)]
fn several(matrix: &Matrix, piece: usize, vectors: &Vectors, count: usize, to: Shared) {
    let mut unpacked = [0.0; PART];
    let step = whole_lanes(matrix.rows);
    let piece = Piece::of(matrix, piece);
    let first = piece.first.into_iter().take(piece.own);
    for row in first.flat_map(|first| first..first + piece.count) {
        let mut start = 0;
        while start < matrix.columns {
            let columns = PART.min(matrix.columns - start);
            matrix.unpack(row, start, unpacked.get_mut(..columns).unwrap_or_default());
            // Behind the last column of all there are zeros, and the vectors have them, too.
            let part = unpacked.get(..whole_lanes(columns)).unwrap_or_default();
            let mut index = 0;
            while index < count {
                let inputs = core::array::from_fn(|each| vectors.part(index + each, start));
                let [mut products, ..] = NO_QUARTERS;
                formats::products(part, inputs, &mut products);
                for (each, product) in products.iter().enumerate().take(count - index) {
                    let place = (index + each) * step + row;
                    // SAFETY: all are made; these rows are this piece's alone.
                    unsafe { to.add(place, formats::whole(product), start > 0) };
                }
                index += ABREAST;
            }
            start += columns;
        }
    }
}

fn norm_all(from: &Vectors, weights: &[f32], epsilon: f32, to: &mut Vectors, count: usize) {
    for index in 0..count {
        norm(from.get(index), weights, epsilon, to.get_mut(index));
    }
}
