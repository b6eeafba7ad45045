pub struct Book title: String
